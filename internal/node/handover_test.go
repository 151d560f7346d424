package node

import (
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/tag"
)

// busy is a site of two streams of the same rules: one of its own broker, one of
// another. VERSION and WIDE are what the test changes.
const busy = `
site: plant-7
console: {listen: "127.0.0.1:0"}
broker: {listen: "127.0.0.1:0"}
streams:
  - {name: near, mqtt: {topic: "s", qos: 1}}
  - {name: far, mqtt: {topic: "s", qos: 1, session_expiry: 1h, url: "FAR"}}
tables:
  - {name: kept, append: near, max_rows: 9999VERSION}
rules:
  - {name: near_stays, sql: "SELECT n, lag(n) AS before, acc_count(n) AS c FROM near"}
  - {name: far_stays, sql: "SELECT n, lag(n) AS before, acc_count(n) AS c FROM far"}
  - {name: near_changes, sql: "SELECT n, w, VERSION AS version FROM near"}
  - {name: far_changes, sql: "SELECT n, w, lag(n) AS before, VERSION AS version FROM far"}
  - {name: near_chained, sql: "SELECT n, VERSION AS version FROM near_stays"}
WIDE`

const wide = `  - {name: near_wide, sql: "SELECT * FROM near WHERE w IS NULL OR n % 2 = 0"}
  - {name: far_joined, sql: "SELECT n, w, deep.x AS x FROM far"}
`

// publisher publishes {"n":1} and so on at QoS 1 with a client of its own until
// stop is called, which returns how many there were.
func publisher(t *testing.T, port string) (stop func() int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "mosquitto_pub", "-h", "127.0.0.1", "-p", port, "-t", "s", "-q", "1", "-l")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	over, n := make(chan struct{}), 0
	var writing sync.WaitGroup
	writing.Go(func() {
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-over:
				return
			case <-ticker.C:
			}
			for range 5 {
				n++
				_, _ = fmt.Fprintf(in, `{"n":%d,"w":%d,"deep":{"x":%d},"y":"text"}`+"\n", n, 2*n, -n)
			}
		}
	})
	return func() int {
		close(over)
		writing.Wait()
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
		return n
	}
}

// collector keeps the rows of a stream.
type collector struct {
	sub  *broker.Subscription
	wake chan struct{}
	rows []map[string]any
}

func collect(n *Node, stream string) *collector {
	c := &collector{wake: make(chan struct{}, 1)}
	c.sub = n.bus.Stream(stream).Subscribe(100_000, broker.DropOldest, func() {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	})
	return c
}

// until waits for the row of a number.
func (c *collector) until(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		for b := c.sub.Next(); b != nil; b = c.sub.Next() {
			for i := range b.Len() {
				row := map[string]any{}
				if err := json.Unmarshal(tag.AppendRowJSON(nil, b, i), &row); err != nil {
					t.Fatal(err)
				}
				c.rows = append(c.rows, row)
			}
		}
		if c.last() >= n {
			return
		}
		select {
		case <-c.wake:
		case <-deadline:
			t.Fatalf("%s has %d rows, and not %d", c.sub.Stream().Name(), len(c.rows), n)
		}
	}
}

func (c *collector) last() int {
	if len(c.rows) == 0 {
		return 0
	}
	return int(c.rows[len(c.rows)-1]["n"].(float64))
}

// check wants the rows of all numbers from the first one on, each once and in
// order, whole, with the state and from the version that it should be.
func (c *collector) check(t *testing.T) {
	t.Helper()
	step, version := 1.0, 0.0
	if strings.HasSuffix(c.sub.Stream().Name(), "_wide") {
		step = 2
	}
	for i, row := range c.rows {
		n, bad := row["n"].(float64), false
		if i > 0 {
			before := c.rows[i-1]["n"].(float64)
			given, kept := row["before"]
			bad = n != before+step || kept && given != before
		}
		if v, has := row["version"].(float64); has {
			bad = bad || v < version
			version = v
		}
		for column, want := range map[string]float64{"w": 2 * n, "x": -n, "c": n} {
			if v, has := row[column]; has && v != want {
				bad = true
			}
		}
		if bad {
			t.Fatalf("%s: %v follows %v", c.sub.Stream().Name(), row, c.rows[max(i-1, 0)])
		}
	}
	if version != 0 && version < 8 || c.sub.Dropped() > 0 {
		t.Errorf("%s ends with version %v, %d dropped", c.sub.Stream().Name(), version, c.sub.Dropped())
	}
}

func TestRulesChangeOverBusyStreamsAndNoMessageIsLost(t *testing.T) {
	if testing.Short() {
		t.Skip("a broker and two publishers")
	}
	mosquitto := mosquittotest.Start(t, "max_queued_messages 0", "allow_anonymous true")
	l := lives{t, t.TempDir(), components(t)}
	text := func(version int, more string) string {
		return strings.NewReplacer("FAR", mosquitto.URL(), "VERSION", strconv.Itoa(version), "WIDE", more).Replace(busy)
	}
	n := run(t, text(1, ""))
	awaitState(t, n, "/subscriptions/far", "receiving")
	got := map[string]*collector{}
	for _, name := range []string{"near_stays", "far_stays", "near_changes", "far_changes", "near_chained", "near_wide", "far_joined"} {
		got[name] = collect(n, name)
	}
	stops := map[string]func() int{"near": publisher(t, listening(t, n)), "far": publisher(t, mosquitto.Port())}
	permanent := []string{"near_stays", "far_stays", "near_changes", "far_changes", "near_chained"}
	ended := stopped(n, func() {
		for version := 1; version <= 8; version++ {
			more := ""
			if version >= 3 && version < 7 {
				more = wide
			}
			if err := n.enter(t.Context(), l.scene(text(version, more))); err != nil {
				t.Fatal(err)
			}
			for _, name := range permanent {
				got[name].until(t, got[name].last()+50)
			}
		}
	})
	for _, path := range ended {
		if strings.HasPrefix(path, "/subscriptions") || strings.HasPrefix(path, "/broker") || strings.HasSuffix(path, "_stays") {
			t.Errorf("%s was stopped", path)
		}
	}
	last := map[string]int{"near": stops["near"](), "far": stops["far"]()}
	for name, c := range got {
		stream, kind, _ := strings.Cut(name, "_")
		switch kind {
		case "wide", "joined":
			c.until(t, 0)
		default:
			c.until(t, last[stream])
			if c.rows[0]["n"] != 1.0 || c.last() != last[stream] {
				t.Errorf("%s begins with %v and ends with %d of %d", name, c.rows[0], c.last(), last[stream])
			}
		}
		c.check(t)
	}
	holds(t, "a table that was changed, too, has every row", func() bool { return n.plan().tables[0].held.Len() == last["near"] })
	for _, s := range n.Streams() {
		if s.Untaken > 0 || s.Dropped > 0 || s.Topic != "" && s.Messages != uint64(last[s.Name]) {
			t.Errorf("%s took %d messages of %d, not %d, and dropped %d", s.Name, s.Messages, last[s.Name], s.Untaken, s.Dropped)
		}
	}
}

// awaitState waits until an actor is in a state.
func awaitState(t *testing.T, n *Node, path, want string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; <-time.After(time.Millisecond) {
		state, detail := n.state(path)
		if state == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s: %s", path, state, detail)
		}
	}
}

// listening returns the port of the node's own broker.
func listening(t *testing.T, n *Node) (port string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-time.After(time.Millisecond) {
		if at := n.Broker().Listening; len(at) > 0 {
			_, port, err := net.SplitHostPort(at[0])
			if err != nil {
				t.Fatal(err)
			}
			return port
		}
	}
	t.Fatal("the broker does not listen")
	return ""
}
