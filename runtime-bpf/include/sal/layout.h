/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef SAL_LAYOUT_H
#define SAL_LAYOUT_H
#endif
