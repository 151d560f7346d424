package fleet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// shell runs commands as a person would type them.
type shell struct {
	dir string   // where they are run
	env []string // which cloud they mean
	out io.Writer
}

// sayf tells the visitor something.
func (s *shell) sayf(format string, arguments ...any) {
	_, _ = fmt.Fprintf(s.out, format+"\n", arguments...) // nobody has to read it
}

// show shows a command and what it says; an exit code other than want is an error.
func (s *shell) show(ctx context.Context, want int, path string, args ...string) error {
	s.sayf("  $ %s %s", filepath.Base(path), quoted(args))
	text, code, err := s.run(ctx, path, args...)
	for line := range strings.Lines(text) {
		s.sayf("    %s", strings.TrimRight(line, "\n"))
	}
	s.sayf("")
	if err != nil || code == want {
		return err
	}
	return fmt.Errorf("%s %s: exit code %d, want %d:\n%s", filepath.Base(path), strings.Join(args, " "), code, want, text)
}

// ask runs a command quietly and reads its JSON.
func (s *shell) ask(ctx context.Context, into any, path string, args ...string) error {
	text, code, err := s.run(ctx, path, append(args, "--json")...)
	if err == nil && code != 0 {
		err = errors.New(strings.TrimSpace(text))
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), into)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(path), strings.Join(args, " "), err)
	}
	return nil
}

func (s *shell) run(ctx context.Context, path string, args ...string) (text string, code int, err error) {
	cmd := exec.CommandContext(ctx, path, args...)
	var both bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, append(os.Environ(), s.env...), &both, &both
	err = cmd.Run()
	if e, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil {
		return both.String(), e.ExitCode(), nil
	}
	return both.String(), 0, err
}

// until asks again and again, until holds says yes.
func (s *shell) until(ctx context.Context, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		ok, err := holds()
		if ok && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("never within %s: %s: %w", startWithin, what, errors.Join(err, context.Cause(ctx)))
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// quoted is arguments as they are typed.
func quoted(args []string) string {
	list := make([]string, len(args))
	for i, a := range args {
		list[i] = a
		if a == "" || strings.ContainsAny(a, " *{}$'\"\\") {
			list[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(list, " ")
}
