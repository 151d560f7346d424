package node

import (
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// manyRules is a site with so many rules over one stream, each for a value of
// its own.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\nstreams: [{name: sensors, mqtt: sensors/#}]\nrules:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - {name: r%d, sql: \"SELECT temperature FROM sensors WHERE id = %d AND temperature > 30\"}\n", i, i)
	}
	return b.String()
}

// BenchmarkStartOfRules measures how long a node takes from the text of its
// configuration until every rule runs, and what a rule costs while it is idle.
func BenchmarkStartOfRules(b *testing.B) {
	for _, n := range []int{300, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			text := manyRules(n)
			c := components(b)
			for b.Loop() {
				before := heap()
				started := time.Now()
				site, err := c.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
				if err != nil {
					b.Fatal(err)
				}
				parsed := time.Now()
				node, err := Start(b.Context(), Options{Components: c, Site: site, Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
				if err != nil {
					b.Fatal(err)
				}
				for !allRun(node, n) {
					runtime.Gosched()
				}
				b.ReportMetric(parsed.Sub(started).Seconds(), "s-to-parse")
				b.ReportMetric(time.Since(parsed).Seconds(), "s-to-run")
				b.ReportMetric(float64(heap()-before)/float64(n)/1024, "KB/rule")
				if err := node.Close(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func allRun(n *Node, rules int) bool {
	t, _ := n.system.Subtree("/rules")
	running := 0
	for _, c := range t.Children {
		if c.Phase == supervisor.Running && c.State == "running" {
			running++
		}
	}
	return running == rules
}
