package fleet

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
)

//go:embed files
var files embed.FS

// Options are what the demonstration is started with.
type Options struct {
	Cloud, Node string // paths of holdfast-cloud and holdfast
	Dir         string // of everything that is kept
	Port        int    // of the link; the API and the three consoles are on those after it. 0 takes free ones
	Pause       time.Duration
	Out         io.Writer // what the visitor reads
	Logger      *slog.Logger
}

// Fleet is a running demonstration. Close must be called.
type Fleet struct {
	shell

	o         Options
	link, api string
	taken     []*ports.Port // where any would do
	cloud     *program
	sites     []*site
}

// site is a plant, its firewall and its node.
type site struct {
	name    string
	region  string
	console string
	plant   *simulator.Plant
	wall    *firewall
	node    *program
}

// Start starts the cloud and the plants; the nodes are part of the story. When it returns an error, nothing is left
// running.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	f := &Fleet{o: o, shell: shell{dir: o.Dir, out: o.Out}}
	if err := f.start(ctx); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *Fleet) start(ctx context.Context) error {
	places, err := f.places(ctx)
	if err != nil {
		return err
	}
	f.link, f.api = places[0], places[1]
	for i, region := range []string{"north", "north", "south"} {
		s := &site{name: "plant-" + strconv.Itoa(i+1), region: region, console: places[2+i]}
		f.sites = append(f.sites, s)
		plant := simulator.Options{Address: "127.0.0.1:0", Units: 1, Tick: 250 * time.Millisecond, Logger: f.o.Logger}
		if s.plant, err = simulator.Start(ctx, plant); err != nil {
			return fmt.Errorf("start the plant: %w", err)
		}
		if s.wall, err = startFirewall(ctx, f.o.Logger); err != nil {
			return fmt.Errorf("start the firewall: %w", err)
		}
	}
	if err := f.unpack(); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	f.env = []string{"HOLDFAST_CLOUD_URL=http://" + f.api, "HOLDFAST_CLOUD_DATA=" + filepath.Join(f.dir, "cloud")}
	args := []string{"serve", "--data", "cloud", "--link", f.link, "--api", f.api, "--sinks", "telemetry.yaml", "--health", "2s"}
	f.sayf("A cloud is one program. This one keeps its state in a directory, and the sites' records in files:\n\n  $ holdfast-cloud %s", quoted(args))
	var ready string
	if f.cloud, ready, err = startProgram(ctx, f.dir, "cloud", "takes sites", f.o.Cloud, args...); err != nil {
		return err
	}
	f.sayf("    %s\n", ready)
	return nil
}

// places are where everybody listens: the link, the API, the consoles.
func (f *Fleet) places(ctx context.Context) (list []string, err error) {
	for i := range 5 {
		place := net.JoinHostPort("127.0.0.1", strconv.Itoa(f.o.Port+i))
		if f.o.Port == 0 {
			place, err = f.take(ctx)
		} else {
			err = free(ctx, place)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, place)
	}
	return list, nil
}

// take is a place that is held until Close.
func (f *Fleet) take(ctx context.Context) (string, error) {
	p, err := ports.Take(ctx)
	if err != nil {
		return "", err
	}
	f.taken = append(f.taken, p)
	return p.Address(), nil
}

// free says whether a place can be listened at.
func free(ctx context.Context, place string) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", place)
	if err != nil {
		return fmt.Errorf("%w: say --port for others", err)
	}
	return l.Close()
}

// unpack writes the configurations: one directory for all plants, what the cloud does with telemetry, and for each node
// what its gateway was delivered with.
func (f *Fleet) unpack() error {
	err := fs.WalkDir(files, "files", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(data)
		if filepath.Base(path) == "telemetry.yaml" {
			text = fmt.Sprintf(text, filepath.Join(f.dir, "archive"))
		}
		return f.write(strings.TrimPrefix(path, "files/"), text)
	})
	for _, s := range f.sites {
		err = errors.Join(err, f.write(s.name+".yaml", fmt.Sprintf("site: %s\nconsole: {listen: %q}\n", s.name, s.console)))
	}
	return err
}

func (f *Fleet) write(name, text string) error {
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// change replaces text in a file of the plants' configuration.
func (f *Fleet) change(name, from, to string) error {
	path := filepath.Join(f.dir, "plants", name)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), from) {
		return fmt.Errorf("%s has no %q", path, from)
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(text), from, to)), 0o600)
}

// Close stops the nodes, the cloud, and then the plants.
func (f *Fleet) Close() error {
	var errs []error
	for _, s := range f.sites {
		if s.node != nil {
			errs = append(errs, s.node.stop())
		}
	}
	if f.cloud != nil {
		errs = append(errs, f.cloud.stop())
	}
	for _, s := range f.sites {
		if s.wall != nil {
			errs = append(errs, s.wall.close())
		}
		if s.plant != nil {
			errs = append(errs, s.plant.Close())
		}
	}
	for _, p := range f.taken {
		p.Release()
	}
	return errors.Join(errs...)
}
