package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/console/client"
)

// source is a configuration on this machine.
type source struct {
	File      string `short:"f" required:"" help:"A file or a directory of a site's configuration." placeholder:"PATH" type:"existingpath"`
	Templates bool   `short:"t" help:"Fill in {{name}} by the site's parameters and labels; {{site}} is its name."`
}

// files reads them.
func (c *source) files() ([]link.File, error) {
	info, err := os.Stat(c.File)
	if err != nil {
		return nil, err
	}
	names := []string{c.File}
	if info.IsDir() {
		names = nil
		for _, pattern := range []string{"*.yaml", "*.yml", "*.json"} {
			found, err := filepath.Glob(filepath.Join(c.File, pattern))
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
		}
	}
	var files []link.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, link.File{Name: filepath.Base(name), Data: string(data)})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no file of a configuration: want .yaml, .yml or .json", c.File)
	}
	return files, nil
}

type applyCommand struct {
	source
	where

	DryRun bool `help:"Change nothing: ask the site what it would make of it."`

	connection
}

// Run is called by the command line.
func (c *applyCommand) Run(ctx context.Context, s *surroundings) error {
	files, err := c.files()
	if err != nil {
		return err
	}
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	chosen := []string{c.Site}
	if c.Site == "" {
		if chosen, err = choose(ctx, cloud, c.Selector); err != nil {
			return err
		}
	}
	var errs []error
	for _, site := range chosen {
		var a api.Applied
		in := api.Configuration{Files: files, Templates: c.Templates, DryRun: c.DryRun}
		if err := cloud.Send(ctx, http.MethodPut, "/api/v1/sites/"+url.PathEscape(site)+"/desired", in, &a); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", site, err))
			continue
		}
		errs = append(errs, c.print(s, a))
	}
	return errors.Join(errs...)
}

func (c *applyCommand) print(s *surroundings, a api.Applied) (err error) {
	switch {
	case c.JSON:
		return printJSON(s.out, a)
	case c.DryRun:
		_, err = fmt.Fprintf(s.out, "%s: changed: %t\n%s\n", a.Site, a.Changed, indented(a.Answer))
	case a.Changed:
		_, err = fmt.Fprintf(s.out, "%s: generation %d\n", a.Site, a.Generation)
	default:
		_, err = fmt.Fprintf(s.out, "%s: generation %d, as before\n", a.Site, a.Generation)
	}
	return err
}

func indented(text json.RawMessage) string {
	if len(text) == 0 {
		return ""
	}
	var value any
	if json.Unmarshal(text, &value) != nil {
		return string(text)
	}
	out, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return string(text)
	}
	return string(out)
}

// choose returns the names of the sites of a selector.
func choose(ctx context.Context, cloud *client.Client, selector string) (names []string, err error) {
	var list []api.Site
	err = cloud.Get(ctx, "/api/v1/sites", url.Values{"selector": {selector}}, &list)
	for _, site := range list {
		names = append(names, site.Name)
	}
	if err == nil && len(names) == 0 {
		err = errors.New("no site is chosen")
	}
	return names, err
}

type diffCommand struct {
	source

	Site string `required:"" help:"The site."`

	connection
}

// Run is called by the command line.
func (c *diffCommand) Run(ctx context.Context, s *surroundings) error {
	files, err := c.files()
	if err != nil {
		return err
	}
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var g api.GenerationFiles
	if err := cloud.Get(ctx, "/api/v1/sites/"+url.PathEscape(c.Site)+"/desired", nil, &g); err != nil {
		return err
	}
	return printDiff(s.out, g.Files, files)
}
