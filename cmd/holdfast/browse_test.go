package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
)

// told is a device of a driver that can browse, with one tag.
const told = `
site: plant-7
console: {listen: "127.0.0.1:0"}
devices:
  - name: bay
    driver: %s
    endpoint: "%s"
%s
    groups:
      - name: main
        tags:
          - %s
%s`

// bay is a substation with a breaker and a current.
func bay(t *testing.T) (*outstation.Outstation, string) {
	t.Helper()
	s, err := outstation.Listen(t.Context(), "127.0.0.1:0", outstation.Standard(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	station := s.Put(1)
	station.Define(apdu.DoublePoint, apdu.Object{Address: 100, Int: 1}, apdu.DoubleCommand, 1100)
	station.Define(apdu.Float, apdu.Object{Address: 4001, Float: 21.5}, 0, 0)
	return s, fmt.Sprintf(told, "iec104", "tcp://"+s.Address()+"?t1=2s&t2=1s&t3=2s", "    station: 1", "{name: M_DP_NA_1_100, address: 100, type: double}", "")
}

// pasted runs a second node with what a browse has printed in a group of its own.
func pasted(t *testing.T, text, printed string) {
	t.Helper()
	parts, err := components()
	if err != nil {
		t.Fatal(err)
	}
	var group strings.Builder
	group.WriteString("      - name: pasted\n        tags:\n")
	for line := range strings.Lines(printed) {
		group.WriteString("          " + line)
	}
	if _, err := parts.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text + group.String())}}); err != nil {
		t.Errorf("%v\n%s", err, group.String())
	}
}

func TestASubstationSaysWhatItHasAndThatIsPastedIntoItsConfiguration(t *testing.T) {
	_, text := bay(t)
	siteOf(t, text)
	eventually(t, "station:1", "browse", "bay")
	says(t, "folder", "browse", "bay")
	table := eventually(t, "4001", "browse", "bay", "station:1")
	for _, want := range []string{"NAME", "WRITABLE", "21.5", "float", "double"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
	says(t, `"address": "4001"`, "browse", "bay", "station:1", "--json")
	says(t, "1 of 2 items", "browse", "bay", "station:1", "--limit", "1")
	says(t, "want station:NUMBER", "browse", "bay", "nonsense")
	printed := eventually(t, "4001", "browse", "bay", "station:1", "--yaml")
	if !strings.Contains(printed, "M_DP_NA_1_100_2") {
		t.Errorf("the name of a tag that there is was given away:\n%s", printed)
	}
	pasted(t, text, printed)
}

func TestMoreItemsThanANodeTellsAtOnceAreAskedForPageByPage(t *testing.T) {
	s, text := bay(t)
	station := s.Put(2)
	const objects = 20_003
	for i := range uint32(objects) {
		station.Define(apdu.SinglePoint, apdu.Object{Address: i + 1}, 0, 0)
	}
	siteOf(t, text)
	eventually(t, "station:2", "browse", "bay")
	for limit, want := range map[string]int{"100000": objects, "20001": 20_001} {
		var found console.Contents
		out := eventually(t, `"items"`, "browse", "bay", "station:2", "--json", "--limit", limit)
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, i := range found.Items {
			seen[i.Address] = true
		}
		if len(found.Items) != want || len(seen) != want || found.Total != objects {
			t.Errorf("limit %s: %d items, %d of them different, of %d", limit, len(found.Items), len(seen), found.Total)
		}
	}
}

func TestADeviceThatIsAwayOrCannotTellSaysSo(t *testing.T) {
	s, text := bay(t)
	s.Break(faulty.Unreached)
	siteOf(t, text+`
  - name: boiler
    driver: modbus
    endpoint: tcp://127.0.0.1:1
    groups: [{name: main, tags: [{name: t, address: "holding:0"}]}]
`)
	says(t, "the device is away", "browse", "bay")
	says(t, "the device is away", "browse", "boiler")
	says(t, `no device is called "nosuch"`, "browse", "nosuch")
	s.Break(0)
	eventually(t, "station:1", "browse", "bay")
}

func TestAModbusDeviceCannotTellWhatItHas(t *testing.T) {
	plant(t)
	eventually(t, "polling", "get", "devices", "boiler")
	says(t, "a device of this driver cannot tell what it has", "browse", "boiler")
}

func TestABrowseEndsWithTheNode(t *testing.T) {
	s, text := bay(t)
	n := quiet(t, text)
	eventually(t, "station:1", "browse", "bay")
	s.Break(outstation.Mute)
	heard := len(s.Heard())
	ended := make(chan string, 1)
	go func() {
		_, out, errs := call("browse", "bay", "station:1")
		ended <- out + errs
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for len(s.Heard()) == heard {
		<-tick.C // the question is on its way
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := n.Close(ctx); err != nil {
		t.Error(err)
	}
	if said := <-ended; said == "" || strings.Contains(said, "4001") {
		t.Errorf("the browse of a node that closed says %q", said)
	}
}

// quiet runs a site that its test closes, and that its commands ask.
func quiet(t *testing.T, text string) *node.Node {
	t.Helper()
	parts, err := components()
	if err != nil {
		t.Fatal(err)
	}
	site, err := parts.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Start(t.Context(), node.Options{Components: parts, Site: site, Dir: t.TempDir(), Version: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOLDFAST_URL", n.ConsoleURL())
	return n
}

func TestNamesOfWhatADeviceTellsAreValidAndUnique(t *testing.T) {
	names := &migrate.Names{}
	names.Take("Speed")
	long := strings.Repeat("x", 70)
	printed := string(tagsOf([]console.Item{
		{Name: "Speed", Address: "s=1"},
		{Name: "Wärme: 5 °C", Address: "s=a, b}"},
		{Name: "", Address: "s=3"},
		{Name: "3.1", Address: "s=4", Writable: true},
		{Name: long, Address: "s=5"},
		{Name: long, Address: "s=6"},
		{Name: "Folder", Address: "s=7", Folder: true},
		{Name: "a\nb", Address: "s=it's \"7\"\n"},
	}, names))
	if strings.Contains(printed, "Folder") || strings.Count(printed, "\n") != 7 {
		t.Errorf("printed:\n%s", printed)
	}
	pasted(t, fmt.Sprintf(told, "opcua", "opc.tcp://127.0.0.1:1", "", "{name: Speed, address: s=1}", ""), printed)
}

func TestAnOPCUAServerSaysWhatItHas(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a process of node")
	}
	peers := filepath.Join("..", "..", "test", "peers")
	if _, err := os.Stat(filepath.Join(peers, "node_modules", "node-opcua")); err != nil {
		t.Skip("node-opcua is not installed: run make deps")
	}
	server := exec.Command("node", filepath.Join(peers, "opcua_server.js"), t.TempDir())
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = server.Wait()
	})
	port, lines := "", bufio.NewScanner(out)
	for port == "" && lines.Scan() {
		_, _ = fmt.Sscanf(lines.Text(), "> ready %s", &port)
	}
	text := fmt.Sprintf(told, "opcua", "opc.tcp://127.0.0.1:"+port, "", `{name: Number, address: "ns=1;s=Number"}`, "")
	siteOf(t, text)
	root := eventually(t, "Plant", "browse", "bay")
	address := ""
	for line := range strings.Lines(root) {
		if f := strings.Fields(line); f[0] == "Plant" {
			address = f[1]
		}
	}
	says(t, "s=Number", "browse", "bay", address)
	says(t, "yes", "browse", "bay", address)
	printed := eventually(t, "Number_2", "browse", "bay", address, "--yaml")
	pasted(t, text, printed)
	says(t, "BadNodeIDUnknown", "browse", "bay", "ns=1;s=NoSuchNode")
}
