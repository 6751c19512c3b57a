/* What the machine is, as far as figures depend on it. */
#ifndef IOLAB_CLAIMS_MACHINE_H
#define IOLAB_CLAIMS_MACHINE_H

#define MACHINE_FACTS_MOST 12
#define MACHINE_TEXT       128

struct machine_fact {
    const char *name; /* "kernel" */
    char text[MACHINE_TEXT];
};

/* Returns how many there are; what cannot be read is left out. */
int machine_facts(struct machine_fact facts[MACHINE_FACTS_MOST]);

#endif
