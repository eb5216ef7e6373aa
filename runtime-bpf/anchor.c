/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Gives the header-only primitives a translation unit, so that SwiftPM builds them as a module. */
#include "sal/extrema.h"
#include "sal/fast.h"
#include "sal/firstseen.h"
#include "sal/hash.h"
#include "sal/hll.h"
#include "sal/layout.h"
#include "sal/mask.h"
#include "sal/parse.h"
#include "sal/program.h"
#include "sal/set.h"
#include "sal/sumsq.h"
#include "sal/table.h"
