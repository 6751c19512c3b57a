/* SHA-256 (libcrypto) as 64 hexadecimal digits. */
#ifndef IOLAB_DIGEST_H
#define IOLAB_DIGEST_H

#include <stddef.h>

#include "base/failure.h"

struct digest;

/* NULL without memory. */
struct digest *digest_new(void);
/* A length goes before the bytes, so that parts cannot be shifted into each other. */
void digest_add(struct digest *digest, const void *bytes, size_t size);
/* A file's content. -1 with a failure. */
int digest_add_file(struct digest *digest, const char *path, struct failure *failure);
/* Writes the text and frees the digest. */
void digest_end(struct digest *digest, char text[65]);

#endif
