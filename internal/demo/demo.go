package demo

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
)

//go:embed site.yaml
var siteText string

// Options are what a demonstration is started with.
type Options struct {
	Components *node.Components
	Dir        string // of the node's data and of site.yaml
	Console    string // host:port of the console
	Version    string
	Logger     *slog.Logger
}

// Demo is a running demonstration. Close must be called.
type Demo struct {
	hall *simulator.Plant // boiler and dryer, on one line
	yard *simulator.Plant // the press, on another
	bay  *bay
	line *farBroker
	node *node.Node
	site string // path of its configuration
}

// Start starts the plant, the far broker and the node. When it returns an
// error, nothing is left running.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{site: filepath.Join(o.Dir, "site.yaml")}
	if err := d.start(ctx, o); err != nil {
		return nil, errors.Join(err, d.Close(ctx))
	}
	return d, nil
}

func (d *Demo) start(ctx context.Context, o Options) (err error) {
	plant := simulator.Options{Address: "127.0.0.1:0", Units: 2, Waves: 4, Tick: 250 * time.Millisecond, Logger: o.Logger}
	if d.hall, err = simulator.Start(ctx, plant); err != nil {
		return fmt.Errorf("start the plant: %w", err)
	}
	plant.Units = 1
	if d.yard, err = simulator.Start(ctx, plant); err != nil {
		return fmt.Errorf("start the plant: %w", err)
	}
	if d.bay, err = startBay(ctx, o.Logger); err != nil {
		return fmt.Errorf("start the substation: %w", err)
	}
	if d.line, err = startFarBroker(o.Logger); err != nil {
		return fmt.Errorf("start the far broker: %w", err)
	}
	if err = d.writeSite(o); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	site, err := o.Components.Load(d.site)
	if err != nil {
		return err
	}
	d.node, err = node.Start(ctx, node.Options{
		Components: o.Components, Site: site, Dir: o.Dir, Version: o.Version, Logger: o.Logger,
		Faults: newSwitches(d.hall, d.yard, d.bay, d.line),
	})
	return err
}

// writeSite fills in the addresses that the plant has got.
func (d *Demo) writeSite(o Options) error {
	t, err := template.New("site").Parse(siteText)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, map[string]string{
		"Console": o.Console, "Hall": d.hall.Address(), "Yard": d.yard.Address(), "Line": d.line.address,
		"Bay": d.bay.address(),
	}); err != nil {
		return err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(d.site, text.Bytes(), 0o600)
}

// Node returns the node that runs.
func (d *Demo) Node() *node.Node { return d.node }

// Describe tells a visitor what there is to see.
func (d *Demo) Describe() string {
	return fmt.Sprintf(`A plant is running in this process:

  boiler, dryer   two vessels on one Modbus TCP line     tcp://%s
  press           a press on a line of its own           tcp://%s
  bay             a substation, by IEC 60870-5-104       tcp://%s
  far broker      what the rule "forward" delivers to    mqtt://%s  (topic plant-7/climate)

The rule "open_valve" writes 3 to the boiler's valve when its temperature becomes 30.

  Console         %s
  Configuration   %s

Break something on the console's page, and watch it heal. Ctrl-C stops everything.
`, d.hall.Address(), d.yard.Address(), d.bay.address(), d.line.address, d.node.ConsoleURL(), d.site)
}

// Close stops the node, then the plant.
func (d *Demo) Close(ctx context.Context) error {
	var errs []error
	if d.node != nil {
		errs = append(errs, d.node.Close(ctx))
	}
	if d.line != nil {
		errs = append(errs, d.line.close())
	}
	if d.bay != nil {
		d.bay.close()
	}
	for _, p := range []*simulator.Plant{d.hall, d.yard} {
		if p != nil {
			errs = append(errs, p.Close())
		}
	}
	return errors.Join(errs...)
}
