package document

import (
	"strings"
	"unicode/utf8"
)

// Nearest finds the word a person most likely meant by typed: the closest of words within a third of its length in
// edits, or empty where none is close.
func Nearest(typed string, words []string) string {
	best, least := "", utf8.RuneCountInString(typed)/3+1
	for _, word := range words {
		if d := distance(strings.ToLower(typed), strings.ToLower(word)); d <= least && d < utf8.RuneCountInString(word) {
			if best == "" || d < least {
				best, least = word, d
			}
		}
	}
	return best
}

// DidYouMean is the fix for a word that is none of words: the nearest one, or else the list of them all.
func DidYouMean(typed string, words []string) string {
	if near := Nearest(typed, words); near != "" {
		return `did you mean "` + near + `"?`
	}
	if len(words) == 0 {
		return ""
	}
	return "want " + OneOf(words)
}

// OneOf joins words as a person reads them: a, b or c.
func OneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// distance counts the edits from a to b: a character more, less or other, or two neighbours swapped.
func distance(a, b string) int {
	s, t := clip(a), clip(b)
	before, last, next := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := range s {
		next[0] = i + 1
		for j := range t {
			cost := 1
			if s[i] == t[j] {
				cost = 0
			}
			next[j+1] = min(last[j]+cost, last[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && s[i] == t[j-1] && s[i-1] == t[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(t)]
}

// clip bounds the work on a word that nobody typed by hand.
func clip(word string) []rune {
	runes := []rune(word)
	return runes[:min(len(runes), 64)]
}
