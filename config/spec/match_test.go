package spec

import (
	"regexp"
	"strings"
	"testing"
)

func TestATextObeysItsRuleOrIsRefused(t *testing.T) {
	for rule, texts := range map[string]struct{ good, bad []string }{
		"name": {
			good: []string{"a", "A1", "boiler-2", "open_valve", strings.Repeat("a", 64)},
			bad:  []string{"", "1a", "_a", "-a", "a b", "a.b", "a/b", "ä", "aä", "a\x00", strings.Repeat("a", 65)},
		},
		"listen": {
			good: []string{":1883", "127.0.0.1:0", "[::1]:65535", "localhost:80", "plant.example:443"},
			bad:  []string{"", "1883", "localhost", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:http", "::1:80"},
		},
		"topic": {
			good: []string{"a", "/", "a/b c/ä", "$SYS/x", strings.Repeat("a", 65535)},
			bad:  []string{"", "a/+", "#", "a+b", "a\x00b", strings.Repeat("a", 65536)},
		},
		"filter": {
			good: []string{"a", "#", "+", "+/+", "a/+/b/#", "/+", "a//b"},
			bad:  []string{"", "a#", "a/#/b", "#/a", "a/b+", "++", "a/+b", "##"},
		},
	} {
		for _, text := range texts.good {
			if err := Match(rule, text); err != nil {
				t.Errorf("%s %.80q: %v", rule, text, err)
			}
		}
		for _, text := range texts.bad {
			if err := Match(rule, text); err == nil {
				t.Errorf("%s %.80q is not refused", rule, text)
			}
		}
	}
}

func TestThePatternOfNamesSaysWhatTheRuleSays(t *testing.T) {
	re := regexp.MustCompile(pattern("name"))
	for _, text := range []string{"a", "A-1_b", "", "1", "a b", "ä", strings.Repeat("a", 64), strings.Repeat("a", 65)} {
		if re.MatchString(text) != (Match("name", text) == nil) {
			t.Errorf("%q: the pattern says %v", text, re.MatchString(text))
		}
	}
}

func TestEveryRuleHasWordsForPeople(t *testing.T) {
	for _, rule := range Matches() {
		if matched(rule) == "" {
			t.Errorf("%s has none", rule)
		}
	}
}
