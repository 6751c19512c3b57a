/* The formats of a report; each is one file. */
#ifndef IOLAB_REPORT_FORMATS_H
#define IOLAB_REPORT_FORMATS_H

#include "report/report.h"

int report_text(FILE *out, const struct report *report, const struct report_style *style);
int report_json(FILE *out, const struct report *report, const struct report_style *style);
int report_tap(FILE *out, const struct report *report, const struct report_style *style);
int report_junit(FILE *out, const struct report *report, const struct report_style *style);

size_t report_count(const struct report *report, enum verdict_status status);

/* "01" of "01-blocking": how a lab is typed. Room for 32 bytes. */
void report_lab_number(const struct report *report, char *number, size_t size);

#endif
