package fn

import (
	"regexp"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// regexpFunctions use the syntax of RE2 (https://github.com/google/re2/wiki/Syntax),
// which is matched in time linear in the text. A pattern that is a constant is
// compiled once.
func regexpFunctions() []*Func {
	return []*Func{
		matching(
			"regexp_matches", []string{"regexp"}, Bool, nil, "Whether a text contains a match of a pattern; false where either is NULL.",
			func(re *regexp.Regexp, args []tag.Value) (tag.Value, error) {
				return tag.BoolOf(re.MatchString(value.Text(args[0]))), nil
			},
			Example{"regexp_matches('pump12', '[0-9]+')", "true"}, Example{"regexp_matches(NULL, '[0-9]+')", "false"},
		),
		matching(
			"regexp_replace", nil, Text, []Param{{Name: "by", Type: Text}},
			"The text with every match of a pattern replaced; $1 stands for what its first group matched.",
			func(re *regexp.Regexp, args []tag.Value) (tag.Value, error) {
				return replaceMatches(re, value.Text(args[0]), value.Text(args[2]))
			},
			Example{"regexp_replace('a1b2', '[0-9]', '#')", `"a#b#"`}, Example{"regexp_replace('line 3', '([a-z]+) ([0-9])', '$2 $1')", `"3 line"`},
		),
		matching(
			"regexp_substr", []string{"regexp_substring"}, Text, nil, "The first match of a pattern in a text, empty where there is none.",
			func(re *regexp.Regexp, args []tag.Value) (tag.Value, error) {
				return tag.StringOf(re.FindString(value.Text(args[0]))), nil
			},
			Example{"regexp_substr('pump12', '[0-9]+')", `"12"`}, Example{"regexp_substr('pump', '[0-9]+')", `""`},
		),
	}
}

// matching makes a function of a text, a pattern and more.
func matching(
	name string, aliases []string, returns Type, more []Param, doc string,
	apply func(re *regexp.Regexp, args []tag.Value) (tag.Value, error), examples ...Example,
) *Func {
	otherwise := tag.NullOf(tag.Good)
	if returns == Bool {
		otherwise = tag.BoolOf(false)
	}
	f := &Func{
		Name: name, Aliases: aliases, Family: "text", Returns: returns, Nulls: NullIsValue, Doc: doc, Examples: examples,
		Params: append([]Param{{Name: "x", Type: Text}, {Name: "pattern", Type: Text, Constant: true}}, more...),
	}
	f.Bind = func(constants []tag.Value) (Scalar, error) {
		compiled, err := pattern(constants[1])
		if err != nil {
			return nil, err
		}
		return func(_ *Context, args []tag.Value) (tag.Value, error) {
			for _, v := range args {
				if v.IsNull() {
					return otherwise, nil
				}
			}
			re, err := compiled, error(nil)
			if re == nil {
				re, err = regexp.Compile(value.Text(args[1]))
			}
			if err != nil {
				return tag.Value{}, err
			}
			return apply(re, args)
		}, nil
	}
	return f
}

// replaceMatches replaces every match. Matches are counted beforehand only where
// one at each character could make the result too large.
func replaceMatches(re *regexp.Regexp, text, by string) (tag.Value, error) {
	groups := 1 + int64(strings.Count(by, "$")) // of which each may be all of the text
	largest := func(matches int) int64 { return int64(len(text))*groups + int64(matches)*int64(len(by)) }
	if largest(len(text)+1) > maxOctets {
		matches := 0
		re.ReplaceAllStringFunc(text, func(string) string {
			matches++
			return ""
		})
		if err := atMost(largest(matches), maxOctets, "octets, or nearly so many"); err != nil {
			return tag.Value{}, err
		}
	}
	return tag.StringOf(re.ReplaceAllString(text, by)), nil
}

// pattern compiles a pattern that is known beforehand, and returns nil for one
// that is not.
func pattern(v tag.Value) (*regexp.Regexp, error) {
	if v.IsNull() {
		return nil, nil
	}
	return regexp.Compile(value.Text(v))
}
