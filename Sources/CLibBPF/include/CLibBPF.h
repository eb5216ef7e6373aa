/* SPDX-License-Identifier: Apache-2.0 */
/* CLibBPF.h - libbpf as one C module, for BPFRuntime alone. */
#ifndef CLIBBPF_H
#define CLIBBPF_H

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#endif
