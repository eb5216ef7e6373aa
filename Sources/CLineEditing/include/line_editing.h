/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Line editing by libedit, which is loaded when an editor is opened: a machine without it has a
 * plain reader instead. In C, because libedit's calls take arguments by number and kind (el_set,
 * history), and because it calls back.
 */
#ifndef SAL_LINE_EDITING_H
#define SAL_LINE_EDITING_H

#include <stddef.h>

struct sal_line_editor;

/* What waiting for a key came to. */
enum sal_wait {
	SAL_WAIT_READY,       /* there is a byte to read */
	SAL_WAIT_INTERRUPTED, /* the line is given up */
	SAL_WAIT_END,         /* no byte will come any more */
};

/* What an editor asks of its owner. */
struct sal_line_editor_calls {
	void *owner;
	/* Waits until `descriptor` can be read, or says why not. */
	enum sal_wait (*wait)(void *owner, int descriptor);
	/*
	 * Completes the word at the cursor; called for the Tab key. Returns whether it has written
	 * below the line, which is then drawn anew.
	 */
	int (*complete)(void *owner);
};

/* How reading a line ended, where not by the Return key. */
#define SAL_LINE_END (-1)
#define SAL_LINE_INTERRUPTED (-2)

/*
 * Opens an editor on standard input, writing to standard output (or to standard error where that
 * is the terminal). NULL where libedit is not installed or cannot drive the terminal.
 */
struct sal_line_editor *sal_line_editor_open(
	const char *program, struct sal_line_editor_calls calls);

/*
 * Reads a line after a prompt. Returns its bytes, line end included, and points `line` at them
 * until the next call; or one of the SAL_LINE_ numbers.
 */
int sal_line_editor_read(struct sal_line_editor *editor, const char *prompt, const char **line);

/* Adds a line to the history of this editor, as the newest. */
void sal_line_editor_remember(struct sal_line_editor *editor, const char *line);

/* While a line is read: its text up to the cursor, until the next call. */
const char *sal_line_editor_text(struct sal_line_editor *editor, size_t *bytes);

/* While a line is read: puts `text` in the place of the `characters` before the cursor. */
void sal_line_editor_replace(struct sal_line_editor *editor, int characters, const char *text);

/* While a line is read: draws prompt and line anew, where the cursor is now. */
void sal_line_editor_redraw(struct sal_line_editor *editor);

/* Tells that the window has another size. */
void sal_line_editor_resize(struct sal_line_editor *editor);

/* Puts the terminal back and frees everything. */
void sal_line_editor_close(struct sal_line_editor *editor);

#endif
