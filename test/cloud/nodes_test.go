package cloud_test

import (
	"errors"
	"log/slog"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// settle starts a node in this process, which keeps its things in dir, has joined as plant-7, and gets to the cloud through a proxy
// where there is one.
func (c *cloud) settle(dir, proxy, text string) *node.Node {
	c.t.Helper()
	credentials := c.join("plant-7", nil)
	credentials.Proxy = proxy
	if err := credentials.Save(node.UplinkDir(dir)); err != nil {
		c.t.Fatal(err)
	}
	parts, err := node.NewComponents([]protocols.Driver{modbus.Driver{}}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	site, err := parts.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
	if err != nil {
		c.t.Fatal(err)
	}
	n, err := node.Start(c.t.Context(), node.Options{Components: parts, Site: site, Dir: dir, Version: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		c.t.Fatal(err)
	}
	stage.Close(c.t, n.Close)
	c.owned("plant-7")
	return n
}

// built are the programs under test, which are built once.
var built = sync.OnceValues(func() (p programs, err error) {
	node, err := stage.Build(stage.Program{Package: "./cmd/holdfast"})
	cloud, failed := stage.Build(stage.Program{Package: "./cmd/holdfast-cloud"})
	return programs{node, cloud}, errors.Join(err, failed)
})

// programs are paths of programs.
type programs struct{ node, cloud string }

func build(t *testing.T) programs {
	t.Helper()
	p, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMain(m *testing.M) { stage.Main(m) }
