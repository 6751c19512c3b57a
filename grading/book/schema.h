/* The tables of a gradebook, for open.c. */
#ifndef IOLAB_BOOK_SCHEMA_H
#define IOLAB_BOOK_SCHEMA_H

#define BOOK_APPLICATION 0x696F6C62 /* "iolb": PRAGMA application_id of every book */
#define BOOK_VERSION     1          /* PRAGMA user_version: of the schema */

/* Makes all tables in an empty database, within a transaction of the caller's. */
extern const char book_schema[];

#endif
