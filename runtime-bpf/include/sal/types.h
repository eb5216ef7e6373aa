/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * types.h - integer types, and the two compiler barriers that every BPF program here needs.
 *
 * The headers of this directory need no system header: they compile for BPF (clang 14 and later,
 * -mcpu=v3), natively (gcc, clang, sanitizers) and as the Swift module CRuntimeBPF. The typedefs
 * repeat those of <linux/types.h>, which C11 allows, so that both can be included.
 */
#ifndef SAL_TYPES_H
#define SAL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed int __s32;
typedef signed long long __s64;

#define SAL_INLINE static inline __attribute__((always_inline, unused))
#define SAL_NOINLINE static __attribute__((noinline, unused))
#define SAL_LINE __attribute__((aligned(64)))

/*
 * Not __builtin_expect: Swift's clang 21 splits what that calls cold into a function of its own
 * (salc_main.cold.1), which libbpf 1.1 refuses to load.
 */
#define SAL_LIKELY(x) __builtin_expect_with_probability(!!(x), 1, 0.98)
#define SAL_UNLIKELY(x) __builtin_expect_with_probability(!!(x), 0, 0.98)

/*
 * SAL_OPAQUE(x): hides the value of the 64-bit variable x from the optimiser. BPF has no
 * conditional move, and LLVM turns a recognised mask back into a jump (15 cycles when
 * mispredicted). Natively there is nothing to hide.
 *
 * SAL_BOUND(x, m): x & m as the last operation before an index. The verifier of 6.1 loses a bound
 * that LLVM moved, merged or proved away; an AND in volatile assembly stays where it is. m is a
 * constant below 2^31.
 */
/*
 * With -DSAL_UNTRUSTED the program is one that the verifier takes from a process without
 * CAP_PERFMON. Such programs get no variable packet offset and no difference of packet pointers,
 * and a variable offset into a map must have the same range on all paths (retrieve_ptr_limit and
 * update_alu_sanitation_state in kernel/bpf/verifier.c).
 *
 * SAL_FORGET(x, word): makes the verifier forget the range of the integer x, by twice an exclusive
 * or with `word`, a variable in a map and so unknown to it. With the range goes the difference of
 * paths, and paths that differ in x alone become one.
 * SAL_FORGET_BOUND(x, word, m): the same, and then x &= m; x is within m already.
 * SAL_APART(n): keeps the stores before it from being joined with those before another n, a
 * constant, into one at a computed address.
 * SAL_RELOAD(): what is in memory is loaded again, so that the verifier forgets it too.
 */
#if defined(__bpf__) && defined(SAL_UNTRUSTED)
#define SAL_FORGET(x, word)                                                                        \
	({                                                                                         \
		__u64 sal_forgotten_ = (x), sal_any_ = *(volatile __typeof__(word) *)&(word);      \
		__asm__ volatile("%0 ^= %1\n%0 ^= %1" : "+r"(sal_forgotten_) : "r"(sal_any_));     \
		(x) = (__typeof__(x))sal_forgotten_;                                               \
	})
#define SAL_FORGET_BOUND(x, word, m)                                                               \
	({                                                                                         \
		SAL_FORGET(x, word);                                                               \
		(x) = SAL_BOUND(x, m);                                                             \
	})
#define SAL_APART(n) __asm__ volatile("" : : "i"(n) : "memory")
#define SAL_RELOAD() __asm__ volatile("" : : : "memory")
#else
#define SAL_FORGET(x, word) ((void)0)
#define SAL_FORGET_BOUND(x, word, m) ((void)0)
#define SAL_APART(n) ((void)0)
#define SAL_RELOAD() ((void)0)
#endif

/* SAL_TOUCH(p): loads the word at p now, for its cache line; BPF has no prefetch. */
#define SAL_TOUCH(p)                                                                               \
	({                                                                                         \
		__u64 sal_touched_ = *(volatile const __u64 *)(p);                                 \
		__asm__ volatile("" : : "r"(sal_touched_));                                        \
	})

/* SAL_KEEP(x): x counts as used, so that the function that gave it returns it, not any register. */
#ifdef __bpf__
#define SAL_KEEP(x) __asm__ volatile("" : : "r"(x))
#define SAL_OPAQUE(x) __asm__("" : "+r"(x))
#define SAL_BOUND(x, m)                                                                            \
	({                                                                                         \
		__u64 sal_bound_ = (x);                                                            \
		__asm__ volatile("%0 &= %1" : "+r"(sal_bound_) : "i"(m));                          \
		sal_bound_;                                                                        \
	})
#else
#define SAL_KEEP(x) ((void)(x))
#define SAL_OPAQUE(x) ((void)0)
#define SAL_BOUND(x, m) ((__u64)(x) & (__u64)(m))
#endif

/*
 * Loads at any alignment. BPF reads packets and map values unaligned; a packed struct would make
 * clang emit byte loads (half as many instructions again). Stack copies must be aligned.
 */
#ifdef __bpf__
#define SAL_GET(type, at) (*(const type *)(at))
#else
#define SAL_GET(type, at)                                                                          \
	({                                                                                         \
		type sal_get_;                                                                     \
		__builtin_memcpy(&sal_get_, (at), sizeof(sal_get_));                               \
		sal_get_;                                                                          \
	})
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define SAL_BE16(x) ((__u16)(x))
#define SAL_BE32(x) ((__u32)(x))
#define SAL_BE64(x) ((__u64)(x))
#else
#define SAL_BE16(x) ((__u16)__builtin_bswap16(x))
#define SAL_BE32(x) ((__u32)__builtin_bswap32(x))
#define SAL_BE64(x) ((__u64)__builtin_bswap64(x))
#endif

/* Big-endian numbers of a header, in host order. */
SAL_INLINE __u16 sal_get16(const void *at)
{
	return SAL_BE16(SAL_GET(__u16, at));
}

SAL_INLINE __u32 sal_get32(const void *at)
{
	return SAL_BE32(SAL_GET(__u32, at));
}

SAL_INLINE __u64 sal_get64(const void *at)
{
	return SAL_BE64(SAL_GET(__u64, at));
}

#endif
