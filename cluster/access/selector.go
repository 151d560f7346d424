package access

import (
	"fmt"
	"path"
	"strings"
)

// Selector chooses sites by name and labels. Its text is terms that all have to hold, between commas:
//
//	name=plant-*      the site's name; * and ? as in file names
//	region=eu         a label
//	region!=eu        not that label, or none of that name
//	gateway           a label of that name, whatever it says
//
// The empty selector chooses every site.
type Selector []term

type term struct {
	key, value string
	not, any   bool
}

// ParseSelector reads a selector.
func ParseSelector(text string) (s Selector, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		t := term{}
		key, value, ok := strings.Cut(part, "=")
		t.key, t.value, t.any = strings.TrimSpace(key), strings.TrimSpace(value), !ok
		if ok && strings.HasSuffix(t.key, "!") {
			t.key, t.not = strings.TrimSpace(strings.TrimSuffix(t.key, "!")), true
		}
		if _, err := path.Match(t.value, ""); err != nil || t.key == "" || strings.ContainsAny(t.key, " !=") {
			return nil, fmt.Errorf("%q is no selector: want terms such as name=plant-*, region=eu, region!=eu, between commas", text)
		}
		s = append(s, t)
	}
	return s, nil
}

// Matches tells whether a site is chosen.
func (s Selector) Matches(site string, labels map[string]string) bool {
	for _, t := range s {
		value, there := labels[t.key]
		if t.key == "name" {
			value, there = site, true
		}
		held := there
		if there && !t.any {
			held, _ = path.Match(t.value, value) // the pattern was checked
		}
		if held == t.not {
			return false
		}
	}
	return true
}

// String returns the selector as ParseSelector reads it.
func (s Selector) String() string {
	var parts []string
	for _, t := range s {
		switch {
		case t.any:
			parts = append(parts, t.key)
		case t.not:
			parts = append(parts, t.key+"!="+t.value)
		default:
			parts = append(parts, t.key+"="+t.value)
		}
	}
	return strings.Join(parts, ",")
}
