//go:build !lean

package console_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// large is a node with 1,000 devices, each at an endpoint of its own.
type large struct {
	*fake
	streams []console.Stream
	tree    supervisor.Tree
}

func (l *large) Streams() []console.Stream { return l.streams }
func (l *large) Tree() supervisor.Tree     { return l.tree }

func newLarge() *large {
	node := &large{fake: newFake()}
	for i := range 1000 {
		name := fmt.Sprint("device_", i)
		node.devices = append(node.devices, console.Device{Name: name, State: "polling", Scans: uint64(i)})
		node.streams = append(node.streams, console.Stream{Name: name + ".g", Rows: uint64(i)})
		path := fmt.Sprint("/endpoints/tcp:10.0.0.7:", 1000+i)
		node.tree.Children = append(node.tree.Children, supervisor.Tree{Path: path, Kind: "endpoint", Phase: supervisor.Running, Children: []supervisor.Tree{
			{Path: path + "/session", Kind: "session"}, {Path: path + "/" + name, Kind: "device", Phase: supervisor.Running},
		}})
	}
	return node
}

func BenchmarkScrapeOf1000Devices(b *testing.B) {
	s, err := console.Open(console.Options{Listen: "127.0.0.1:0", Dir: b.TempDir(), Node: newLarge(), Actor: "/core/console"})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.Run("served", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Metrics().ServeHTTP(&discarded{header: http.Header{}}, &http.Request{Method: http.MethodGet})
		}
	})
	b.Run("remembered", func(b *testing.B) {
		b.ReportAllocs()
		for now := time.Now(); b.Loop(); now = now.Add(time.Second) {
			s.Remember(now)
		}
	})
}

// discarded is an answer that nobody reads.
type discarded struct {
	io.Writer
	header http.Header
}

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d *discarded) WriteHeader(int)             {}
