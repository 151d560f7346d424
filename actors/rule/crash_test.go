package rule_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// The crash test kills a process with a durable rule, again and again, and
// compares what came to a far end with what an undisturbed run gives.
// HOLDFAST_CRASH=n asks for n deaths.
const (
	deathsVariable = "HOLDFAST_CRASH"
	childVariable  = "HOLDFAST_CRASH_CHILD"
)

// perMachine has windows that are open for a while, groups, and a memory.
const perMachine = `SELECT window_end() AS till, humidity AS machine, count(*) AS n, sum(temperature) AS s, last_value(temperature, true) AS l
	FROM boiler.climate GROUP BY humidity, HOPPINGWINDOW(ss, 10, 5)`

// machines is how many there are in the rows of the crash test.
const machines = 3

// TestCrashChild is not a test: it is the process that is killed.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(childVariable)
	if dir == "" {
		t.Skip("the crash test starts it")
	}
	l := begin(t, dir)
	l.bus.Stream("r").SetLogged(true)
	l.rule("r", perMachine, func(c *rule.Config) {
		durably(c)
		c.Lateness, c.Checkpoint = 2*time.Second, 300*time.Millisecond
	})
	l.runs("r")
	l.running.Go(func() { l.farEnd(filepath.Join(dir, "far")) })
	for i := l.next(); ; i++ {
		row := l.rows.Row(int64(i) * 1e8)
		row[0], row[1] = tag.IntOf(int64(i)), tag.IntOf(int64(i%machines))
		if err := l.bus.Stream("boiler.climate").Commit(t.Context(), l.rows.Batch()); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintln(os.Stdout, "durable", i); err != nil {
			t.Fatal(err)
		}
	}
}

// next returns the number of the first row that is not in the log. It reads the log to its end, whatever is there, however
// long that takes: rows that were numbered twice would be late.
func (l *life) next() (n int) {
	cursor, err := l.store.Cursor("numbers", log.CursorOptions{SingleLane: true, Window: 1 << 20})
	if err != nil {
		l.t.Fatal(err)
	}
	defer cursor.Close()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	for at, tail := uint64(0), l.store.Tail(); at+1 < tail; {
		e, err := cursor.Next(ctx)
		if err != nil {
			l.t.Fatal(err)
		}
		if at = e.Position; e.Batch.Schema().Name() != "boiler.climate" {
			continue
		}
		for i := range e.Batch.Len() {
			last, _ := e.Batch.Row(i)[0].Int()
			n = int(last) + 1
		}
	}
	return n
}

// farEnd delivers the rule's rows to a file, and acknowledges what is there.
func (l *life) farEnd(path string) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		l.t.Error(err)
		return
	}
	cursor, err := l.store.Cursor("far", log.CursorOptions{Streams: []string{"r"}})
	if err != nil {
		l.t.Error(err)
		return
	}
	for {
		e, err := cursor.Next(l.t.Context())
		if err != nil {
			return
		}
		for i := range e.Batch.Len() {
			if _, err := file.Write(append(tag.AppendRowJSON(nil, e.Batch, i), '\n')); err != nil {
				l.t.Error(err)
				return
			}
		}
		cursor.Ack(e)
	}
}

// undisturbed computes what the rule gives for rows up to a number, by key: the
// end of the window and the machine. Windows of an incomplete end are left out.
func undisturbed(rows int) map[string]string {
	given := map[string]string{}
	last := (rows - 1) / 10 // seconds
	for till := 5; till <= last-2; till += 5 {
		for m := range machines {
			n, s, l := 0, 0, 0
			for i := max(till-10, 0) * 10; i < till*10; i++ {
				if i%machines == m {
					n, s, l = n+1, s+i, i
				}
			}
			if n > 0 {
				given[fmt.Sprintf("%d/%d", till*1000, m)] = fmt.Sprintf(`{"till":%d,"machine":%d,"n":%d,"s":%d,"l":%d}`, till*1000, m, n, s, l)
			}
		}
	}
	return given
}

func TestWindowsOfADurableRuleAreThoseOfAnUndisturbedRunHoweverOftenItIsKilled(t *testing.T) {
	deaths := 6
	if text := os.Getenv(deathsVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		deaths = n
	} else if testing.Short() {
		deaths = 2
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	dir, durable := t.TempDir(), 0
	for range deaths {
		durable = max(durable, liveFor(t, dir, durable+30+random.IntN(400)))
	}
	// The last life is let go on until the far end has the windows of all rows so far.
	want := undisturbed(durable + 1)
	wait := fmt.Sprintf(`{"till":%d,`, (durable/10-2)/5*5*1000)
	command := child(t, dir)
	out := start(t, command)
	until(t, wait, func() bool {
		out.Scan()
		data, err := os.ReadFile(filepath.Join(dir, "far"))
		return err == nil && strings.Count(string(data), wait) >= machines
	})
	kill(command)
	compare(t, filepath.Join(dir, "far"), want)
	t.Logf("%d deaths, %d rows, %d windows, seed %d", deaths, durable+1, len(want), seed)
}

// compare finds the last row of each key in what came to the far end. What came
// again must be what came before.
func compare(t *testing.T, path string, want map[string]string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	far, again := map[string]string{}, 0
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		v, err := tag.ParseJSON([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		till, _ := v.Object().Lookup("till")
		machine, _ := v.Object().Lookup("machine")
		key := fmt.Sprintf("%s/%s", tag.AppendJSON(nil, till), tag.AppendJSON(nil, machine))
		if before, twice := far[key]; twice {
			again++
			if before != line {
				t.Errorf("it gave %s, and then %s", before, line)
			}
		}
		far[key] = line
	}
	for key, row := range want {
		if far[key] != row {
			t.Errorf("window %s: the far end has %s, want %s", key, far[key], row)
		}
	}
	t.Logf("%d rows came again", again)
}

func child(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run", "^TestCrashChild$", "-test.v")
	command.Env = append(os.Environ(), childVariable+"="+dir)
	command.Stderr = os.Stderr
	return command
}

func start(t *testing.T, command *exec.Cmd) *bufio.Scanner {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewScanner(out)
}

func kill(command *exec.Cmd) {
	_ = command.Process.Kill()
	_ = command.Wait()
}

// liveFor runs the child until so many rows are durable, kills it, and returns
// the number of the last row that it has called durable.
func liveFor(t *testing.T, dir string, rows int) (last int) {
	t.Helper()
	command := child(t, dir)
	out := start(t, command)
	defer kill(command)
	for out.Scan() {
		number, ok := strings.CutPrefix(out.Text(), "durable ")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		if last = n; last >= rows {
			return last
		}
	}
	t.Fatalf("the child ended by itself behind row %d: %v", last, out.Err())
	return last
}
