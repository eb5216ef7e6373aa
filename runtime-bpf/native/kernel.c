/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * kernel: the same programs over the same frames leave the same bytes in the kernel and natively.
 *
 * usage: kernel object.o library.so [frames]
 *
 * Both are made of one source, the library with -DSAL_NATIVE. Every XDP program of the object runs
 * by BPF_PROG_TEST_RUN on each frame, and its namesake of the library; then every variable of .bss
 * is compared. Exit 1 where one differs, or where a program calls a helper of the kernel: only what
 * hands out batches may (table.h). Needs root and libbpf.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sal/frame.h"
#include "sal/hash.h"

enum { LENGTH = 64, PROGRAMS = 128 };

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* An IPv4 frame: few flows that are frequent, many that are not, lengths of all sizes. */
static void make(__u8 *frame, __u64 number)
{
	__u64 r = sal_mix64(number), flow = r & 3 ? r >> 8 & 31 : r >> 8 & 4095;

	memset(frame, 0, LENGTH);
	frame[12] = 8;
	frame[14] = 0x45;
	flow = sal_mix64(flow);
	memcpy(frame + 26, &flow, 8);
	memcpy(frame + 34, &flow, 4);
	frame[16] = (__u8)(r >> 50);
	frame[17] = (__u8)(r >> 58);
}

/* Compares the variables of the map that has section .bss; how many there are. */
static int compare(struct bpf_object *object, const __u8 *memory, void *library)
{
	const struct btf *btf = bpf_object__btf(object);
	int id = btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC), i, count, bad = 0;
	const struct btf_type *section;
	const struct btf_var_secinfo *var;

	if (id < 0)
		fail(".bss");
	section = btf__type_by_id(btf, (__u32)id);
	var = btf_var_secinfos(section);
	count = btf_vlen(section);
	for (i = 0; i < count; i++) {
		const struct btf_type *type = btf__type_by_id(btf, var[i].type);
		const char *name = btf__name_by_offset(btf, type->name_off);
		const __u8 *ours = memory + var[i].offset, *theirs = dlsym(library, name);
		__u32 at = 0;

		while (theirs && at < var[i].size && ours[at] == theirs[at])
			at++;
		if (!theirs || at < var[i].size) {
			fprintf(stderr, "kernel: %s differs from byte %u of %u on\n", name, at,
				var[i].size);
			bad = 1;
		}
	}
	if (bad)
		exit(1);
	return count;
}

/* Exit 1 where a program calls the kernel, itself or in a function of its own. */
static void expect_no_helper(const struct bpf_program *program)
{
	const struct bpf_insn *insn = bpf_program__insns(program);
	const char *name = bpf_program__name(program);
	size_t i;

	if (!strncmp(name, "table", 5))
		return;
	for (i = 0; i < bpf_program__insn_cnt(program); i++)
		if (insn[i].code == (BPF_JMP | BPF_CALL) && insn[i].src_reg != BPF_PSEUDO_CALL) {
			fprintf(stderr, "kernel: %s calls helper %d\n", name, insn[i].imm);
			exit(1);
		}
}

int main(int count, char **arguments)
{
	struct {
		int fd;
		int (*native)(struct sal_frame *frame);
	} program[PROGRAMS];
	int frames = count > 3 ? atoi(arguments[3]) : 3000, programs = 0, i, j;
	struct bpf_object *object;
	struct bpf_program *p;
	struct bpf_map *map;
	const __u8 *memory = 0;
	void *library;

	if (count < 3)
		return 2;
	libbpf_set_print(quiet);
	object = bpf_object__open_file(arguments[1], NULL);
	library = dlopen(arguments[2], RTLD_NOW);
	if (!object || !library || bpf_object__load(object))
		fail(library ? arguments[1] : dlerror());
	bpf_object__for_each_program(p, object)
	{
		void *native = dlsym(library, bpf_program__name(p));

		if (!native || programs == PROGRAMS)
			fail(bpf_program__name(p));
		expect_no_helper(p);
		memcpy(&program[programs].native, &native, sizeof(native));
		program[programs++].fd = bpf_program__fd(p);
	}
	for (i = 0; i < frames; i++) {
		__u8 frame[LENGTH];

		make(frame, (__u64)i);
		for (j = 0; j < programs; j++) {
			LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .repeat = 1,
				.data_size_in = LENGTH);
			struct sal_frame native = {frame, LENGTH};

			if (bpf_prog_test_run_opts(program[j].fd, &run))
				fail("run");
			if (program[j].native(&native) != (int)run.retval)
				fail("verdict");
		}
	}
	bpf_object__for_each_map(map, object)
	{
		size_t size = bpf_map__value_size(map);

		if (!strstr(bpf_map__name(map), ".bss"))
			continue;
		memory = mmap(
			0, (size + 4095) / 4096 * 4096, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	}
	if (!memory || memory == MAP_FAILED)
		fail(".bss");
	printf("%d programs, %d frames, %d variables: the same bytes\n", programs, frames,
		compare(object, memory, library));
	return 0;
}
