package spec

import (
	"strconv"
	"strings"
)

// path is the way from the root of the configuration to a value; nil is the root. It is printed only for an error.
type path struct {
	parent *path
	key    string // empty for an element of a list
	index  int
}

// String prints devices[0].groups[1].name.
func (p *path) String() string {
	if p == nil {
		return ""
	}
	return string(p.append(nil))
}

func (p *path) append(dst []byte) []byte {
	if p.parent != nil {
		dst = p.parent.append(dst)
	}
	if p.key == "" {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(p.index), 10)
		return append(dst, ']')
	}
	if len(dst) > 0 {
		dst = append(dst, '.')
	}
	return append(dst, p.key...)
}

// steps takes a printed path apart. It is written by programmers: what is no index is taken as a key.
func steps(printed string) []path {
	var all []path
	for _, word := range strings.FieldsFunc(printed, func(r rune) bool { return r == '.' || r == '[' }) {
		if digits, ok := strings.CutSuffix(word, "]"); ok {
			if index, err := strconv.Atoi(digits); err == nil && index >= 0 {
				all = append(all, path{index: index})
				continue
			}
		}
		all = append(all, path{key: word})
	}
	return all
}
