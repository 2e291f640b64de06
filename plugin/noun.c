/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "noun.h"

/* Filled by registration. */
static const struct rtmpx_noun *noun_by_type[UINT8_MAX + 1];

static void note_types(const struct rtmpx_noun *noun) {
    for (unsigned i = 0; i < array_length(noun->types) && noun->types[i]; i++)
        noun_by_type[noun->types[i]] = noun;
    for (unsigned type = 0; noun->other_types && type <= UINT8_MAX; type++)
        if (!noun_by_type[type])
            noun_by_type[type] = noun;
}

void rtmpx_register_nouns(int proto, const struct rtmpx_noun *const *nouns, unsigned count) {
    expert_module_t *expert = expert_register_protocol(proto);
    for (unsigned i = 0; i < count; i++) {
        const struct rtmpx_noun *noun = nouns[i];
        proto_register_field_array(proto, noun->fields, (int)noun->field_count);
        proto_register_subtree_array(noun->subtrees, (int)noun->subtree_count);
        expert_register_field_array(expert, noun->experts, (int)noun->expert_count);
        note_types(noun);
    }
}

void rtmpx_find_other_fields(const struct rtmpx_noun *const *nouns, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        for (unsigned other = 0; other < nouns[i]->other_count; other++)
            nouns[i]->others[other].field =
                proto_registrar_get_byname(nouns[i]->others[other].name);
}

const struct rtmpx_noun *rtmpx_noun_of(uint8_t type) {
    return noun_by_type[type];
}
