/* See digest.h. */
#include "grading/result/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct digest {
    EVP_MD_CTX *context;
};

struct digest *digest_new(void)
{
    struct digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return NULL;
    digest->context = EVP_MD_CTX_new();
    if (digest->context && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) == 1)
        return digest;
    EVP_MD_CTX_free(digest->context);
    free(digest);
    return NULL;
}

static void add_length(struct digest *digest, uint64_t length)
{
    unsigned char bytes[8];
    for (int i = 7; i >= 0; i--, length >>= 8)
        bytes[i] = (unsigned char)length;
    EVP_DigestUpdate(digest->context, bytes, sizeof bytes);
}

void digest_add(struct digest *digest, const void *bytes, size_t size)
{
    add_length(digest, size);
    EVP_DigestUpdate(digest->context, bytes, size);
}

/* Bytes that were read; -1 with errno. */
static int64_t add_rest(struct digest *digest, int file)
{
    char piece[1 << 16];
    int64_t all = 0;
    for (;;) {
        ssize_t size = read(file, piece, sizeof piece);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return size < 0 ? -1 : all;
        EVP_DigestUpdate(digest->context, piece, (size_t)size);
        all += size;
    }
}

static int add_opened(struct digest *digest, int file, const char *path,
                      struct failure *failure)
{
    struct stat status;
    if (fstat(file, &status) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot read %s", path);
    if (!S_ISREG(status.st_mode))
        return failure_set(failure, STATUS_MACHINE, "%s is no plain file", path);
    add_length(digest, (uint64_t)status.st_size);
    int64_t size = add_rest(digest, file);
    if (size < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot read %s", path);
    if (size != status.st_size)
        return failure_set(failure, STATUS_MACHINE, "%s changed while it was read: try again",
                           path);
    return 0;
}

int digest_add_file(struct digest *digest, const char *path, struct failure *failure)
{
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot open %s", path);
    int answer = add_opened(digest, file, path, failure);
    close(file);
    return answer;
}

void digest_end(struct digest *digest, char text[65])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(digest->context, bytes, &size);
    for (unsigned i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    EVP_MD_CTX_free(digest->context);
    free(digest);
}
