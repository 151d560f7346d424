package crash_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// traced are the system calls that are recorded: what changes files, what makes
// changes durable, and what the workload says.
const traced = "openat,pwrite64,write,ftruncate,fdatasync,fsync,renameat,renameat2,unlinkat"

// call is one system call of a recording. A write takes effect from its begin
// on, anything else when it ends.
type call struct {
	name string
	args []string
	ok   bool
}

// trace reads what `strace -f -y -xx` wrote. Calls of several threads may be cut
// in two: begun says that a call begins, which may be its end, too.
type trace struct {
	open map[string]string // thread → the call that it is in
}

var (
	callLine   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumeLine = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
	result     = regexp.MustCompile(`\) += +(-?\d+)`)
)

// read calls begin and end with each call of a recording, in order.
func (t *trace) read(in io.Reader, begin, end func(call) error) error {
	t.open = map[string]string{}
	lines := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return nil // what stands in the last line is cut
		}
		if err != nil {
			return err
		}
		if err := t.line(strings.TrimSuffix(line, "\n"), begin, end); err != nil {
			return err
		}
	}
}

func (t *trace) line(line string, begin, end func(call) error) error {
	if m := resumeLine.FindStringSubmatch(line); m != nil {
		whole := t.open[m[1]] + m[3]
		delete(t.open, m[1])
		return end(parseCall(m[2], whole))
	}
	m := callLine.FindStringSubmatch(line)
	if m == nil {
		return nil // a signal, or the end of a thread
	}
	if cut, ok := strings.CutSuffix(m[3], " <unfinished ...>"); ok {
		t.open[m[1]] = cut
		return begin(parseCall(m[2], cut))
	}
	c := parseCall(m[2], m[3])
	if err := begin(c); err != nil {
		return err
	}
	return end(c)
}

// parseCall splits a call into arguments. No text in a recording has commas or
// brackets: it is in hexadecimal.
func parseCall(name, rest string) call {
	c := call{name: name}
	if at := result.FindStringSubmatchIndex(rest); at != nil {
		c.ok = rest[at[2]] != '-'
		rest = rest[:at[0]]
	}
	for _, arg := range strings.Split(rest, ", ") {
		c.args = append(c.args, strings.TrimSuffix(strings.TrimSpace(arg), ","))
	}
	return c
}

// path returns the path of a descriptor: 7</data/log/0001.seg>.
func (c call) path(i int) string {
	if i >= len(c.args) {
		return ""
	}
	_, path, _ := strings.Cut(c.args[i], "<")
	path = strings.TrimSuffix(path, ">")
	if strings.HasPrefix(path, `\x`) {
		decoded, err := unhex(path)
		if err != nil {
			return ""
		}
		return string(decoded)
	}
	return path
}

// text returns a text in quotation marks.
func (c call) text(i int) ([]byte, error) {
	if i >= len(c.args) {
		return nil, fmt.Errorf("%s has %d arguments", c.name, len(c.args))
	}
	quoted, ok := strings.CutPrefix(c.args[i], `"`)
	if !ok || !strings.HasSuffix(quoted, `"`) {
		return nil, fmt.Errorf("%s: argument %d is cut or no text", c.name, i)
	}
	return unhex(strings.TrimSuffix(quoted, `"`))
}

func unhex(text string) ([]byte, error) { return hex.DecodeString(strings.ReplaceAll(text, `\x`, "")) }

func (c call) number(i int) (int64, error) {
	if i >= len(c.args) {
		return 0, fmt.Errorf("%s has %d arguments", c.name, len(c.args))
	}
	return strconv.ParseInt(c.args[i], 10, 64)
}
