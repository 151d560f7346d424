package node

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/tag"
)

// shifts is a site with a table that a stream fills, and one of a device with two
// groups. Port 1 refuses.
const shifts = `
site: plant-7
console: {listen: "127.0.0.1:0"}
streams:
  - {name: sensors, mqtt: sensors}
  - {name: shifts, mqtt: shifts}
devices:
  - name: panel
    driver: modbus
    endpoint: tcp://127.0.0.1:1
    unit: 1
    groups:
      - {name: set, scan: 1h, tags: [{name: setpoint, address: "holding:0", type: int16}], static: [{name: line, value: "3"}]}
      - {name: is, scan: 1h, tags: [{name: speed, address: "holding:1", type: int16}]}
tables:
  - {name: names, append: shifts, max_rows: 3}
  - {name: lines, newest: panel, key: line}
rules:
  - {name: named, sql: "SELECT t, name FROM sensors JOIN names ON t >= names.low"}
  - {name: driven, sql: "SELECT t, setpoint, speed FROM sensors JOIN lines ON lines.line = sensors.line"}
`

// rowsOfTable returns all rows of a table of a node as JSON.
func rowsOfTable(n *Node, name string) string {
	var rows []byte
	for _, held := range n.plan().tables {
		if held.config.Name != name {
			continue
		}
		for _, b := range held.held.Page(time.Now().UnixNano(), 0, 100) {
			for i := range b.Len() {
				rows = append(tag.AppendRowJSON(rows, b, i), ' ')
			}
		}
	}
	return strings.TrimSpace(string(rows))
}

func awaitRows(t *testing.T, n *Node, name, want string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); rowsOfTable(n, name) != want; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s has %s, want %s", name, rowsOfTable(n, name), want)
		}
	}
}

func TestATableOfAppendedRowsIsJoinedByAnyConditionAndOutlivesStopsAndChanges(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	options := l.options(shifts)
	n, err := Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	for low, name := range []string{"night", "early", "late", "extra"} {
		offer(t, n, "shifts", int64(low), "name", name, "low", 10*low)
	}
	const kept = `{"name":"early","low":10} {"name":"late","low":20} {"name":"extra","low":30}`
	awaitRows(t, n, "names", kept)
	if err := n.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err = Start(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close(t.Context()) }()
	awaitRows(t, n, "names", kept)

	output := n.bus.Stream("named").Subscribe(100, broker.DropOldest, func() {})
	await(t, output, `{"t":15,"name":"early"}`, func() { offer(t, n, "sensors", 1, "t", 15) })

	if err := n.enter(t.Context(), l.scene(edited(t, shifts, "max_rows: 3", "max_rows: 2"))); err != nil {
		t.Fatal(err)
	}
	awaitRows(t, n, "names", `{"name":"late","low":20} {"name":"extra","low":30}`)
	if err := n.enter(t.Context(), l.scene(edited(t, shifts, "append: shifts", "append: sensors"))); err != nil {
		t.Fatal(err)
	}
	awaitRows(t, n, "names", "") // what another stream gave is none of its rows
}

func TestTheNewestRowOfADeviceHasTheTagsOfAllItsGroups(t *testing.T) {
	n := run(t, shifts)
	output := n.bus.Stream("driven").Subscribe(100, broker.DropOldest, func() {})
	for deadline := time.Now().Add(time.Minute); n.bus.Stream("panel.set").Last() == nil || n.bus.Stream("panel.is").Last() == nil; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the device, which is not there, has told nothing")
		}
	}
	later := time.Now().Add(time.Hour).UnixNano() // than those Bad rows
	offer(t, n, "panel.set", later, "setpoint", 70, "line", 3)
	offer(t, n, "panel.is", later+1, "speed", 60)
	await(t, output, `{"t":1,"setpoint":70,"speed":60}`, func() { offer(t, n, "sensors", 1, "t", 1, "line", 3) })
	offer(t, n, "panel.set", later+2, "setpoint", 71, "line", 3)
	await(t, output, `{"t":1,"setpoint":71,"speed":60}`, func() { offer(t, n, "sensors", 1, "t", 1, "line", 3) })
}
