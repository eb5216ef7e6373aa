/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Count and bytes by ip.src, by hand, under the contract: the model program itself. */
#include "../../runtime-bpf/examples/count_by_src.bpf.c"
