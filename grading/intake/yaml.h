/* As much YAML as a list of submissions needs. */
#ifndef IOLAB_YAML_H
#define IOLAB_YAML_H

/* A scalar: plain, '…' or "…"; "" when it is of another kind (spans lines, has a tag). The caller
   frees it; NULL without memory. */
char *yaml_scalar(const char *text);

#endif
