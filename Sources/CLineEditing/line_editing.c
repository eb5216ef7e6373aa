/* SPDX-License-Identifier: Apache-2.0 */
#include "line_editing.h"

#include <dlfcn.h>
#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

/* The calls of libedit that are used; the types are those of histedit.h. */
struct library {
	__typeof__(&el_init) el_init;
	__typeof__(&el_end) el_end;
	__typeof__(&el_gets) el_gets;
	__typeof__(&el_set) el_set;
	__typeof__(&el_get) el_get;
	__typeof__(&el_line) el_line;
	__typeof__(&el_insertstr) el_insertstr;
	__typeof__(&el_deletestr) el_deletestr;
	__typeof__(&el_source) el_source;
	__typeof__(&el_resize) el_resize;
	__typeof__(&history_init) history_init;
	__typeof__(&history_end) history_end;
	__typeof__(&history) history;
};

struct sal_line_editor {
	struct library library;
	struct sal_line_editor_calls calls;
	EditLine *edit;
	History *history;
	const char *prompt;
	/* How the last line ended; 0 while it goes on. */
	int ended;
};

static int load(struct library *library)
{
	void *handle = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);

	if (!handle)
		return 0;
#define FIND(name) (library->name = (__typeof__(library->name))dlsym(handle, #name))
	return FIND(el_init) && FIND(el_end) && FIND(el_gets) && FIND(el_set) && FIND(el_get) &&
	       FIND(el_line) && FIND(el_insertstr) && FIND(el_deletestr) && FIND(el_source) &&
	       FIND(el_resize) && FIND(history_init) && FIND(history_end) && FIND(history);
#undef FIND
}

/* libedit drops what the locale cannot say, so a plain "C" becomes its UTF-8 form. */
static void use_utf8(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* libedit hands nothing but its own handle to callbacks; there is one editor in a process. */
static struct sal_line_editor *active;

static char *prompt(EditLine *edit)
{
	(void)edit;
	return (char *)active->prompt;
}

/* Reads one byte: 1, 0 at the end, -1 where the line is given up. */
static int read_byte(struct sal_line_editor *editor, unsigned char *byte)
{
	for (;;) {
		switch (editor->calls.wait(editor->calls.owner, STDIN_FILENO)) {
		case SAL_WAIT_READY:
			break;
		case SAL_WAIT_INTERRUPTED:
			editor->ended = SAL_LINE_INTERRUPTED;
			return -1;
		case SAL_WAIT_END:
			editor->ended = SAL_LINE_END;
			return 0;
		}
		ssize_t count = read(STDIN_FILENO, byte, 1);

		if (count == 1)
			return 1;
		if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
			editor->ended = SAL_LINE_END;
			return 0;
		}
	}
}

static int read_character(EditLine *edit, wchar_t *character)
{
	mbstate_t state;
	unsigned char byte;
	(void)edit;

	memset(&state, 0, sizeof(state));
	for (;;) {
		int result = read_byte(active, &byte);

		if (result != 1)
			return result;
		size_t used = mbrtowc(character, (const char *)&byte, 1, &state);

		if (used == 0 || used == 1)
			return 1;
		if (used == (size_t)-1) /* no UTF-8: begin again with the next byte */
			memset(&state, 0, sizeof(state));
	}
}

static unsigned char complete(EditLine *edit, int key)
{
	(void)edit;
	(void)key;
	return active->calls.complete(active->calls.owner) ? CC_REDISPLAY : CC_REFRESH;
}

static void bind_keys(struct sal_line_editor *editor)
{
	struct library *library = &editor->library;
	EditLine *edit = editor->edit;

	library->el_set(edit, EL_EDITOR, "emacs");
	library->el_set(edit, EL_ADDFN, "salc-complete", "completes the word", complete);
	library->el_set(edit, EL_BIND, "\t", "salc-complete", NULL);
	library->el_set(edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
	/* Keys of xterm that libedit does not know by itself: Ctrl with arrows, Delete. */
	library->el_set(edit, EL_BIND, "\033[1;5C", "em-next-word", NULL);
	library->el_set(edit, EL_BIND, "\033[1;5D", "ed-prev-word", NULL);
	library->el_set(edit, EL_BIND, "\033[3~", "ed-delete-next-char", NULL);
	library->el_source(edit, NULL);
}

struct sal_line_editor *sal_line_editor_open(
	const char *program, struct sal_line_editor_calls calls)
{
	struct sal_line_editor *editor = calloc(1, sizeof(*editor));
	FILE *output = isatty(STDOUT_FILENO) ? stdout : stderr;
	HistEvent event;

	if (!editor)
		return NULL;
	editor->calls = calls;
	editor->prompt = "";
	if (!load(&editor->library))
		goto fail;
	use_utf8();
	active = editor;
	editor->edit = editor->library.el_init(program, stdin, output, stderr);
	if (!editor->edit)
		goto fail;
	editor->history = editor->library.history_init();
	if (!editor->history)
		goto fail;
	editor->library.history(editor->history, &event, H_SETSIZE, 10000);
	editor->library.history(editor->history, &event, H_SETUNIQUE, 1);
	editor->library.el_set(editor->edit, EL_HIST, editor->library.history, editor->history);
	editor->library.el_set(editor->edit, EL_PROMPT, prompt);
	editor->library.el_set(editor->edit, EL_GETCFN, read_character);
	bind_keys(editor);
	return editor;
fail:
	sal_line_editor_close(editor);
	return NULL;
}

int sal_line_editor_read(struct sal_line_editor *editor, const char *prompt, const char **line)
{
	int count = 0;

	editor->prompt = prompt;
	editor->ended = 0;
	/* Before the prompt can be seen: what is typed at once would be echoed by the terminal. */
	editor->library.el_set(editor->edit, EL_PREP_TERM, 1);
	*line = editor->library.el_gets(editor->edit, &count);
	if (editor->ended)
		return editor->ended;
	return *line && count > 0 ? count : SAL_LINE_END;
}

void sal_line_editor_remember(struct sal_line_editor *editor, const char *line)
{
	HistEvent event;

	editor->library.history(editor->history, &event, H_ENTER, line);
}

const char *sal_line_editor_text(struct sal_line_editor *editor, size_t *bytes)
{
	const LineInfo *info = editor->library.el_line(editor->edit);

	*bytes = (size_t)(info->cursor - info->buffer);
	return info->buffer;
}

void sal_line_editor_replace(struct sal_line_editor *editor, int characters, const char *text)
{
	if (characters > 0)
		editor->library.el_deletestr(editor->edit, characters);
	if (*text)
		editor->library.el_insertstr(editor->edit, text);
}

void sal_line_editor_redraw(struct sal_line_editor *editor)
{
	/* Everything that libedit believes to be on the screen has been scrolled away. */
	editor->library.el_set(editor->edit, EL_REFRESH);
}

void sal_line_editor_resize(struct sal_line_editor *editor)
{
	editor->library.el_resize(editor->edit);
}

void sal_line_editor_close(struct sal_line_editor *editor)
{
	if (editor->edit)
		editor->library.el_end(editor->edit);
	if (editor->history)
		editor->library.history_end(editor->history);
	if (active == editor)
		active = NULL;
	free(editor);
}
