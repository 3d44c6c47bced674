/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.itests.drbdadm;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Ways to spoil a good command so that no reading of it makes sense. */
enum Mutation {
    WORD_DROPPED {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            // a codec has a level of its own
            words.remove(random.nextInt(words.get(1).equals("plugin") ? 4 : needed(words)));
        }
    },
    WORD_DOUBLED {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            int at = random.nextInt(needed(words));
            words.add(at, words.get(at));
        }
    },
    WORDS_SWAPPED {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            // with one of its own words: two addresses may change places
            int one = random.nextInt(2);
            int other = random.nextInt(2, words.size());
            String word = words.get(one);
            words.set(one, words.get(other));
            words.set(other, word);
        }
    },
    CONTROL_CHARACTER {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            insert(words, random, Character.toString(CONTROLS.charAt(random.nextInt(CONTROLS.length()))));
        }
    },
    NOT_ASCII {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            insert(words, random, NOT_ASCII_LETTERS.get(random.nextInt(NOT_ASCII_LETTERS.size())));
        }
    },
    LONG_WORD {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            insert(words, random, "9".repeat(random.nextInt(250, 2000)));
        }
    },
    LETTER_TO_PUNCTUATION {
        @Override
        void spoil(List<String> words, SplittableRandom random) {
            insert(words, random, Character.toString(PUNCTUATION.charAt(random.nextInt(PUNCTUATION.length()))));
        }
    };

    /** None that Java takes for a blank, as it does 1c to 1f, and not 0, which no argument can have. */
    private static final String CONTROLS = "\u0001\u0002\u0007\b\u000e\u001a\u001b\u007f";

    private static final List<String> NOT_ASCII_LETTERS =
            List.of("\u00fc", "\u00a0", "\u0665", "\u65e5", "\ud83d\ude42");
    private static final String PUNCTUATION = "!\"#$&'()*;<>?\\^`{|}~";

    abstract void spoil(List<String> words, SplittableRandom random);

    /** How many words must be there, and once: all but an option at the end. */
    private static int needed(List<String> words) {
        return words.size() - (words.get(words.size() - 1).startsWith("--") ? 1 : 0);
    }

    private static void insert(List<String> words, SplittableRandom random, String text) {
        int at = random.nextInt(words.size());
        String word = words.get(at);
        int index = random.nextInt(word.length() + 1);
        words.set(at, word.substring(0, index) + text + word.substring(index));
    }

    /** The spoiled command. */
    String of(String command, SplittableRandom random) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        spoil(words, random);
        return String.join(" ", words);
    }
}
