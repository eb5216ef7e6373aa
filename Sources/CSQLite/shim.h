/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The C interface of SQLite; only the sink of databases imports it. */
#include <sqlite3.h>
