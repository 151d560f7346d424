package crash_test

import (
	"bufio"
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// recording is a workload that was traced.
type recording struct {
	dir   string // as it was before
	trace string
	calls int // that change the disk or sync it
}

// record runs the workload under strace until it has said some lines. It skips
// the test where no process may be traced.
func record(t *testing.T, lines int) recording {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	r := recording{dir: filepath.Join(t.TempDir(), "data"), trace: filepath.Join(t.TempDir(), "trace")}
	newAuditor(t, r.dir)
	if err := os.CopyFS(r.dir+".before", os.DirFS(r.dir)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := command(ctx, r.dir, 1, strace, "-f", "-y", "-qq", "-xx", "-s", "100000000", "-e", "signal=none", "-e", "trace="+traced, "-o", r.trace)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // strace and what it traces
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	heard := 0
	for reader := bufio.NewScanner(out); reader.Scan(); heard++ {
		if heard == lines {
			cancel()
		}
	}
	if _ = cmd.Wait(); heard < lines {
		trace, _ := os.ReadFile(r.trace)
		if bytes.Contains(trace, []byte("ptrace")) || len(trace) == 0 {
			t.Skip("this machine lets no process be traced")
		}
		t.Fatalf("the workload ended after %d lines", heard)
	}
	return r
}

// play reads the recording, and calls cut after each call that changes the disk
// or syncs it, with what was said until then.
func (r *recording) play(t *testing.T, cut func(n int, p *platter, said []string)) {
	t.Helper()
	file, err := os.Open(r.trace)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p := newPlatter(t, r.dir+".before")
	p.rebase(r.dir)
	var said []string
	n := 0
	effect := func(take func(call) error) func(call) error {
		return func(c call) error {
			if c.name == "write" {
				return nil
			}
			err := take(c)
			n++
			cut(n, p, said)
			return err
		}
	}
	begin, end := effect(p.begin), effect(p.end)
	err = new(trace).read(file, func(c call) error {
		if c.name == "write" && len(c.args) > 1 && strings.HasPrefix(c.args[0], "1<") {
			text, err := c.text(1)
			said = append(said, strings.Split(string(text), "\n")...)
			return err
		}
		return begin(c)
	}, end)
	if err != nil {
		t.Fatal(err)
	}
	r.calls = n
}

// rebase gives the files the names that they had when they were recorded.
func (p *platter) rebase(dir string) {
	for _, names := range []map[string]*inode{p.files, p.sure} {
		for path, file := range names {
			if renamed, ok := strings.CutPrefix(path, p.dir); ok {
				delete(names, path)
				names[dir+renamed] = file
			}
		}
	}
	p.dir = dir
}

// powerCuts cuts the power at random moments of a recording, and checks what is
// left on the disk each time.
func powerCuts(t *testing.T, cuts int) figures {
	r := record(t, 300+cuts)
	r.play(t, func(int, *platter, []string) {})
	if r.calls < 100 {
		t.Fatalf("%d calls were recorded", r.calls)
	}
	random := rand.New(rand.NewPCG(uint64(cuts), 17))
	at := map[int]bool{}
	for range cuts {
		at[1+random.IntN(r.calls)] = true
	}
	f := figures{"power cuts": len(at), "system calls recorded": r.calls}
	r.play(t, func(n int, p *platter, said []string) {
		if at[n] {
			f.add(r.check(t, p, said, random))
		}
	})
	return f
}

// check looks at one image: all that was promised is there, every record comes
// to the far end and is once in the history, and the log can be written.
func (r *recording) check(t *testing.T, p *platter, said []string, random *rand.Rand) figures {
	t.Helper()
	dir := t.TempDir()
	if err := p.image(dir, random); err != nil {
		t.Fatal(err)
	}
	w := newWitness(t, dir)
	for _, line := range said {
		w.hear(line)
	}
	w.inspect()
	w.settle()
	w.write()
	return figures{"promises looked for after them": w.promised, "records found after them": w.records()}
}
