/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tap/fit.h"

#include <string.h>

#include <glib.h>

#include "base/mask.h"
#include "base/text.h"

enum { WORD_LENGTH = RTMP_MASK_WORD_SIZE - 1 };

static unsigned columns_of(const char *character) {
    gunichar code = g_utf8_get_char(character);
    return g_unichar_iszerowidth(code) ? 0 : g_unichar_iswide(code) ? 2 : 1;
}

unsigned rtmpx_columns(const char *text) {
    unsigned columns = 0;
    for (; *text; text = g_utf8_next_char(text))
        columns += columns_of(text);
    return columns;
}

/* The end of the longest beginning that takes at most `columns`. */
static const char *end_of_head(const char *text, const char *end, unsigned columns) {
    for (unsigned used = 0; text < end; text = g_utf8_next_char(text)) {
        used += columns_of(text);
        if (used > columns)
            break;
    }
    return text;
}

/* The begin of the longest end that takes at most `columns`. It begins with a character that has a
 * place of its own: an accent would go to the ellipsis. */
static const char *begin_of_tail(const char *text, const char *end, unsigned columns) {
    const char *begin = end;
    unsigned used = 0;
    for (const char *at = end; at > text;) {
        at = g_utf8_prev_char(at);
        used += columns_of(at);
        if (used > columns)
            break;
        if (columns_of(at))
            begin = at;
    }
    return begin;
}

/* The first word for a secret that ends behind `from`, NULL: there is none. */
static const char *secret_word(const char *text, const char *from) {
    static const char prefix[] = "masked-";
    enum { PREFIX_LENGTH = sizeof prefix - 1, DIGITS = WORD_LENGTH - PREFIX_LENGTH };
    while ((text = strstr(text, prefix))) {
        if (strspn(text + PREFIX_LENGTH, "0123456789abcdef") >= DIGITS && text + WORD_LENGTH > from)
            return text;
        text += PREFIX_LENGTH;
    }
    return NULL;
}

static void add(GString *out, const char *begin, const char *end) {
    g_string_append_len(out, begin, end - begin);
}

/* The word, and as much as there is room for of what is before it, then of what is behind it. */
static void add_around(GString *out, const char *text, const char *word, unsigned columns) {
    const char *behind = word + WORD_LENGTH;
    const char *end = behind + strlen(behind);
    unsigned room = columns - WORD_LENGTH - (behind < end);
    if (end_of_head(text, word, room) == word) {
        for (; text < word; text = g_utf8_next_char(text)) {
            add(out, text, g_utf8_next_char(text));
            room -= columns_of(text);
        }
    } else if (room) {
        add(out, text, end_of_head(text, word, room - 1));
        g_string_append(out, RTMP_TEXT_ELLIPSIS);
        room = 0;
    }
    add(out, word, behind);
    if (behind < end) {
        add(out, behind, end_of_head(behind, end, room));
        g_string_append(out, RTMP_TEXT_ELLIPSIS);
    }
}

char *rtmpx_fit(const char *text, unsigned columns, enum rtmpx_cut where) {
    const char *end = text + strlen(text);
    if ((size_t)(end - text) <= columns || end_of_head(text, end, columns) == end)
        return g_strdup(text);
    GString *out = g_string_new(NULL);
    unsigned room = columns - 1;
    /* What was cut before has no end to show. */
    bool has_end = !g_str_has_suffix(text, RTMP_TEXT_ELLIPSIS);
    unsigned tail = where == RTMPX_CUT_MIDDLE && has_end ? room / 2 : 0;
    const char *word = secret_word(text, text);
    if (where == RTMPX_CUT_MIDDLE && word && columns > WORD_LENGTH) {
        add_around(out, text, word, columns);
        return g_string_free(out, FALSE);
    }
    const char *head = end_of_head(text, end, room - tail);
    word = secret_word(text, head);
    if (word && word < head)
        head = word;
    add(out, text, head);
    g_string_append(out, RTMP_TEXT_ELLIPSIS);
    add(out, begin_of_tail(head, end, tail), end);
    return g_string_free(out, FALSE);
}
