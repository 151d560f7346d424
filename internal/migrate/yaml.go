package migrate

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// AppendYAML appends the node as YAML 1.2: mappings and lists in block style, what is Flow on one line, texts with
// quotes or of several lines as blocks. What it writes, document.Read reads back as the same tree.
func (n *Node) AppendYAML(dst []byte) []byte {
	if n.kind == mapping && len(n.entries) == 0 {
		return append(dst, "{}\n"...)
	}
	return n.appendBlock(dst, 0, false)
}

// appendBlock appends a mapping or list; begun tells that the indentation of its first line is there.
func (n *Node) appendBlock(dst []byte, indent int, begun bool) []byte {
	for _, e := range n.entries {
		if !begun {
			dst = appendIndent(dst, indent)
		}
		begun = false
		dst = append(appendText(dst, e.key), ':')
		dst = e.value.appendValue(dst, indent)
	}
	for _, item := range n.items {
		if !begun {
			dst = appendIndent(dst, indent)
		}
		begun = false
		dst = append(dst, '-')
		if item.inline() {
			dst = item.appendValue(dst, indent)
			continue
		}
		dst = item.appendBlock(append(dst, ' '), indent+2, true)
	}
	return dst
}

// appendValue appends what stands behind a colon or a dash.
func (n *Node) appendValue(dst []byte, indent int) []byte {
	if lines, ok := n.block(); ok {
		dst = append(dst, " |-\n"...)
		for _, line := range lines {
			if line != "" {
				dst = append(appendIndent(dst, indent+2), line...)
			}
			dst = append(dst, '\n')
		}
		return dst
	}
	if n.inline() {
		return append(n.appendFlow(append(dst, ' ')), '\n')
	}
	return n.appendBlock(append(dst, '\n'), indent+2, false)
}

// inline tells whether the node stands on the line of its key.
func (n *Node) inline() bool {
	return n.Flow || n.kind >= plain || len(n.entries)+len(n.items) == 0
}

func (n *Node) appendFlow(dst []byte) []byte {
	switch n.kind {
	case plain:
		return append(dst, n.text...)
	case text:
		return appendText(dst, n.text)
	case list:
		dst = append(dst, '[')
		for i, item := range n.items {
			dst = item.appendFlow(appendComma(dst, i))
		}
		return append(dst, ']')
	default:
		dst = append(dst, '{')
		for i, e := range n.entries {
			dst = append(appendText(appendComma(dst, i), e.key), ": "...)
			dst = e.value.appendFlow(dst)
		}
		return append(dst, '}')
	}
}

func appendComma(dst []byte, i int) []byte {
	if i == 0 {
		return dst
	}
	return append(dst, ", "...)
}

func appendIndent(dst []byte, indent int) []byte {
	return append(dst, strings.Repeat(" ", indent)...)
}

// block is the lines of a text that can stand as a literal block (YAML 1.2.2, 8.1.2).
func (n *Node) block() (lines []string, ok bool) {
	if n.kind != text || !strings.ContainsAny(n.text, "\n\"") || strings.HasSuffix(n.text, "\n") || strings.HasPrefix(n.text, "\n") ||
		strings.HasPrefix(n.text, " ") || strings.ContainsFunc(n.text, unprintable) {
		return nil, false
	}
	lines = strings.Split(n.text, "\n")
	trailing := func(line string) bool { return line != strings.TrimRight(line, " \t") } // readers differ about it
	return lines, !slices.ContainsFunc(lines, trailing)
}

// unprintable tells of a character that only a quoted text can hold.
func unprintable(r rune) bool {
	return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd
}

// appendText appends a text plain where that can be no other thing, and else in double quotes, as JSON has it.
func appendText(dst []byte, text string) []byte {
	if isPlain(text) {
		return append(dst, text...)
	}
	return tag.AppendJSONString(dst, text)
}

// isPlain tells whether a text is read as the same text without quotes, in any version of YAML.
func isPlain(text string) bool {
	switch strings.ToLower(text) {
	case "", "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	if !isLetter(rune(text[0])) {
		return isDuration(text)
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !isLetter(r) && !strings.ContainsRune("0123456789_./-", r)
	})
}

// isDuration tells whether a text is digits and units, which no version of YAML takes for a number.
func isDuration(text string) bool {
	return strings.Trim(text, "0123456789.numshdw") == "" && text[0] >= '0' && text[0] <= '9' && isLetter(rune(text[len(text)-1]))
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
