/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SALC_TERMINAL_H
#define SALC_TERMINAL_H

/*
 * Starts a process that gives a terminal back when this one is gone without having done so itself,
 * as after SIGKILL. It keeps no privilege, no other file, and none of this process's signals.
 *
 * input, output  the terminal's descriptors: whose settings, and what is written to
 * returns        a socket that tells the other process what to write: the last text before a
 *                NUL, at most 63 bytes, empty where nothing is to be undone. Its close is this
 *                process's end. -1 where there can be no such process.
 */
int salc_watch_terminal(int input, int output);

#endif
