/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* image FROM TO: the HLL_8 image (p = 12) of the keys FROM to TO - 1, on standard output. */
#include <stdio.h>
#include <stdlib.h>

#include "sal/hash.h"
#include "sal/hll.h"
#include "sal/hllimage.h"

int main(int count, char **arguments)
{
	static __u8 registers[1 << 12], image[SAL_HLLIMAGE_BYTES(12)];
	__u64 i;

	if (count != 3)
		return 2;
	for (i = strtoull(arguments[1], 0, 0); i < strtoull(arguments[2], 0, 0); i++)
		sal_hll_update(registers, 12, sal_hash1(1, i));
	sal_hllimage(image, registers, 12);
	return fwrite(image, sizeof(image), 1, stdout) != 1;
}
