//go:build !lean

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/node"
)

// importing is one import while it is done.
type importing struct {
	target *importTarget
	parts  *node.Components
	out    string          // the file to write
	beside []config.Source // what is in its directory, where that is a configuration
	site   *config.Site    // of them; nil: none
	names  migrate.Names   // that devices, streams, tables and rules may not have
	report migrate.Report
}

// run reads the source, lets convert make a configuration of it, and writes that.
func (t *importTarget) run(s *surroundings, convert func(data []byte, into *importing) (*migrate.Node, error)) error {
	x := &importing{target: t}
	if err := x.prepare(); err != nil {
		return err
	}
	data, err := t.read()
	if err != nil {
		return err
	}
	made, err := convert(data, x)
	if err != nil {
		return asConfigError(err)
	}
	root := x.root(made)
	text, err := migrate.Settle(root, x.out, &x.report, x.check)
	if err != nil {
		return err
	}
	refused := t.Strict && x.report.Count(migrate.LeftOut) > 0
	if err := x.tell(s, text, refused); err != nil {
		return err
	}
	switch {
	case refused:
		return commandline.WithCode(exitConfig, errors.New("nothing was written: not all of it can be taken"))
	case !t.DryRun:
		if err := writeText(x.out, t.Force, text); err != nil {
			return err
		}
	}
	if !x.report.IsComplete() {
		return commandline.WithCode(exitIncomplete, errors.New("see the report: some of it needs a hand"))
	}
	return nil
}

// asConfigError gives what is wrong with the source the exit code of a configuration that makes no sense.
func asConfigError(err error) error {
	if one, ok := errors.AsType[*config.Error](err); ok {
		return config.Errors{one}
	}
	return err
}

// prepare finds where to write, and what is there already.
func (x *importing) prepare() (err error) {
	if x.parts, err = components(); err != nil {
		return err
	}
	base := strings.TrimSuffix(filepath.Base(x.target.File), filepath.Ext(x.target.File)) + ".yaml"
	x.out = x.target.Out
	switch info, err := os.Stat(x.out); {
	case x.out == "":
		x.out = base
	case err == nil && info.IsDir():
		dir := x.out
		x.out = filepath.Join(dir, base)
		return x.neighbours(dir)
	}
	return x.free()
}

// free refuses to replace a file unasked.
func (x *importing) free() error {
	if _, err := os.Stat(x.out); err == nil && !x.target.Force && !x.target.DryRun {
		return commandline.WithCode(exitConfig, fmt.Errorf("%s exists: choose another name with --out, or replace it with --force", x.out))
	}
	return nil
}

// neighbours reads what else is in the directory, and takes its names.
func (x *importing) neighbours(dir string) error {
	if err := x.free(); err != nil {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	isConfig := func(f os.DirEntry) bool {
		return !f.IsDir() && !strings.HasPrefix(f.Name(), ".") && slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(f.Name()))) &&
			filepath.Join(dir, f.Name()) != x.out
	}
	if !slices.ContainsFunc(files, isConfig) {
		return nil
	}
	all, err := config.Read(dir)
	if err != nil {
		return err
	}
	x.beside = slices.DeleteFunc(all, func(s config.Source) bool { return s.Name == x.out })
	if x.site, err = x.parts.ParseElsewhere(x.beside); err != nil {
		return err
	}
	for _, d := range x.site.Devices {
		x.names.Take(d.Name)
	}
	for _, s := range x.site.Streams {
		x.names.Take(s.Name)
	}
	for _, t := range x.site.Tables {
		x.names.Take(t.Name)
	}
	for _, r := range x.site.Rules {
		x.names.Take(r.Name)
	}
	return nil
}

// hasBroker tells whether what is beside configures the node's broker, which only one file may.
func (x *importing) hasBroker() bool {
	for _, s := range x.beside {
		if doc, _ := document.Read(s.Name, s.Data); doc != nil {
			if _, ok := doc.Root.Entry("broker"); ok {
				return true
			}
		}
	}
	return false
}

// root puts the site's name before what was made.
func (x *importing) root(made *migrate.Node) *migrate.Node {
	root := migrate.Map(nil)
	if x.site == nil {
		name := x.target.Site
		if name == "" {
			name = migrate.Name(strings.TrimSuffix(filepath.Base(x.target.File), filepath.Ext(x.target.File)))
		}
		root.Text("site", name)
	}
	for _, key := range []string{"broker", "devices", "streams", "tables", "rules", "sinks"} {
		if v := made.Get(key); v != nil && (key == "broker" || len(v.Items()) > 0) {
			root.Put(key, v)
		}
	}
	return root
}

// check judges the text together with what is beside it.
func (x *importing) check(text []byte) error {
	_, err := x.parts.ParseElsewhere(append(slices.Clone(x.beside), config.Source{Name: x.out, Data: text}))
	return err
}

// writeText writes a configuration whole, or not at all.
func writeText(path string, force bool, text []byte) error {
	return replaceWhole(path, 0o644, force, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}
