/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * field.h - who runs: the programs of object files, each loaded several times.
 */
#ifndef BENCH_FIELD_H
#define BENCH_FIELD_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sal/layout.h"
#include "traffic.h"

enum { SLOTS = 40, CONTESTANTS = 128, ROUNDS = 1001, LOADS = 16 };

struct sample {
	double cycles, instructions, misses;
};

/* One load of a program, with state of its own. */
struct load {
	int fd;
	struct sal_outcomes *halves; /* first half, or 0 */
	size_t half_size, half_count;
	struct ring_buffer *ring;
	unsigned long long sent, records;
};

struct contestant {
	const char *name;
	unsigned xlated, jited, verified;
	struct load load[LOADS];
	int loads;
	struct sample round[ROUNDS];
};

static struct contestant field[CONTESTANTS];
static int entered;

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

static int count_record(void *context, void *data, size_t size)
{
	struct load *l = context;

	/* A batch, or what a program without tables sends. */
	l->records += size < sizeof(struct sal_batch) ? 1 : ((struct sal_batch *)data)->count;
	return 0;
}

static void *map_memory(struct bpf_map *map, size_t size)
{
	void *p = mmap(0, (size + 4095) & ~4095UL, PROT_READ | PROT_WRITE, MAP_SHARED,
		bpf_map__fd(map), 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

/* A program's name; one that salc emitted, as all of them are salc_main, is named by its file. */
static const char *name_of(const struct bpf_program *program, const char *path)
{
	const char *base = strrchr(path, '/');
	char *name;

	if (strcmp(bpf_program__name(program), SAL_PROGRAM_NAME))
		return bpf_program__name(program);
	name = strdup(base ? base + 1 : path);
	name[strcspn(name, ".")] = 0;
	return name;
}

static void enter(
	struct contestant *c, const struct bpf_program *program, struct bpf_object *object)
{
	struct load *l = &c->load[c->loads++];
	struct bpf_map *state = bpf_object__find_map_by_name(object, SAL_STATE_MAP_NAME);
	struct bpf_map *ring = bpf_object__find_map_by_name(object, SAL_RING_MAP_NAME);
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	l->fd = bpf_program__fd(program);
	bpf_obj_get_info_by_fd(l->fd, &info, &size);
	c->xlated = info.xlated_prog_len / 8;
	c->jited = info.jited_prog_len;
	c->verified = info.verified_insns;
	if (state) {
		l->half_size = bpf_map__value_size(state);
		l->half_count = bpf_map__max_entries(state);
		l->halves = map_memory(state, l->half_size * l->half_count);
	}
	if (ring)
		l->ring = ring_buffer__new(bpf_map__fd(ring), count_record, l, NULL);
}

/* A seed of its own, as the runtime gives at every load: with 0 some sets of keys collide. */
static void set_seed(struct bpf_object *object)
{
	const struct btf *btf = bpf_object__btf(object);
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");
	__s32 section = btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC);
	const struct btf_var_secinfo *variable;
	unsigned long long seed = random_bits();
	size_t size;
	char *values;
	int i;

	if (!map || section < 0)
		return;
	values = (char *)bpf_map__initial_value(map, &size); /* to be written before loading */
	variable = btf_var_secinfos(btf__type_by_id(btf, section));
	for (i = 0; i < btf_vlen(btf__type_by_id(btf, section)); i++, variable++) {
		const struct btf_type *type = btf__type_by_id(btf, variable->type);

		if (!strcmp(btf__name_by_offset(btf, type->name_off), "sal_seed"))
			memcpy(values + variable->offset, &seed, sizeof(seed));
	}
}

/* Whether a program is asked for: its name has one of the texts that commas separate in it. */
static int is_wanted(const char *name, const char *only)
{
	char text[64];

	for (; only; only = strchr(only, ',') ? strchr(only, ',') + 1 : NULL) {
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(only, ","), only);
		if (strstr(name, text))
			return 1;
	}
	return !strcmp(name, SAL_PROGRAM_NAME);
}

/* Loads an object once more; its programs are contestants from `first` on. Returns how many. */
static int open_object(const char *path, const struct options *o, int first)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;
	struct bpf_map *state;
	int count = 0;

	if (!object)
		fail(path);
	state = bpf_object__find_map_by_name(object, SAL_STATE_MAP_NAME);
	if (state)
		bpf_map__set_max_entries(state, 2 * (unsigned)libbpf_num_possible_cpus());
	set_seed(object);
	if (bpf_object__load(object)) {
		fprintf(stderr, "bench: %s does not load\n", path);
		exit(1);
	}
	bpf_object__for_each_program(program, object)
	{
		const char *name = bpf_program__name(program);

		if (o->only && !is_wanted(name, o->only))
			continue;
		if (first + count == CONTESTANTS) {
			fprintf(stderr, "bench: more than %d programs\n", CONTESTANTS - 1);
			exit(1);
		}
		field[first + count].name = name_of(program, path);
		enter(&field[first + count++], program, object);
	}
	return count;
}

#endif
