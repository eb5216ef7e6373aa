/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * CStatistics.h - statistics of chosen sizes, as a module that Swift calls.
 *
 * A function of the headers Swift calls as it is. What a macro defines has no size before it is
 * used, so a package that wants it has a C target of its own like this one: a header with what it
 * wants, a line of C that includes the header, and a dependency on CRuntimeBPF. Behind `import
 * CStatistics` are the functions, and the structs, but those that begin at a cache line (SAL_LINE):
 * Swift has no such type. Their state is NAME_BYTES bytes at a multiple of 64, all zero when empty,
 * and goes to the functions as an OpaquePointer.
 *
 * The sizes are those of the laws (native/laws.c), which include this header; so the bytes that
 * Swift leaves behind are compared with C's (KernelsTests/SizedPrimitives).
 */
#ifndef CSTATISTICS_H
#define CSTATISTICS_H

#include "sal/basicwindow.h"
#include "sal/eh.h"
#include "sal/firstseen.h"
#include "sal/flowset.h"
#include "sal/mfu.h"
#include "sal/minwindow.h"
#include "sal/program.h"
#include "sal/sample.h"
#include "sal/spacesaving.h"
#include "sal/table.h"

SAL_RESERVOIR(reservoir, 2, 5);
SAL_RESERVOIR_CODE(reservoir, 2, 5);

SAL_EH(eh, 8);
SAL_EH_CODE(eh, 8);

SAL_FLOWSET(flowset, 1, 10);
SAL_FLOWSET_CODE(flowset, 1, 10);

SAL_MINWINDOW(minwindow, 6, 4, 2);
SAL_MINWINDOW_CODE(minwindow, 6, 4, 2);

SAL_SPACESAVING(saving, 1, 2);
SAL_SPACESAVING_CODE(saving, 1, 2);

SAL_BASICWINDOW(basicwindow, 1, 2, 8, 5);
SAL_BASICWINDOW_CODE(basicwindow, 1, 2, 8, 5);

SAL_MFU(mfu, 1, 3);
SAL_MFU_CODE(mfu, 1, 3);

SAL_FIRSTSEEN(firstseen, 1, 3);
SAL_FIRSTSEEN_CODE(firstseen, 1, 3);

SAL_TABLE(wide, 1, 2, 3);
SAL_TABLE_CODE(wide, 1, 2, 3, 0);

SAL_TABLE_PACKED(packed, 1, 2, 3, 40);
SAL_TABLE_PACKED_CODE(packed, 1, 2, 3, 40, 0);

enum {
	SAVING_BYTES = sizeof(struct saving),
	BASICWINDOW_BYTES = sizeof(struct basicwindow),
	MFU_BYTES = sizeof(struct mfu),
	FIRSTSEEN_BYTES = sizeof(struct firstseen),
	WIDE_BYTES = sizeof(struct wide),
	PACKED_BYTES = sizeof(struct packed),
};

#endif
