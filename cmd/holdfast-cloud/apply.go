package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// source is a configuration on this machine.
type source struct {
	File      string `short:"f" required:"" help:"A file or a directory of a site's configuration." placeholder:"PATH" type:"existingpath"`
	Templates bool   `short:"t" help:"Fill in {{name}} by the site's parameters and labels; {{site}} is its name."`
}

// files reads them, as a node would.
func (c *source) files() (files []link.File, err error) {
	sources, err := config.Read(c.File)
	for _, f := range sources {
		files = append(files, link.File{Name: filepath.Base(f.Name), Data: string(f.Data)})
	}
	return files, err
}

// begin reads the files, and opens the cloud that is to hear of them.
func (c *source) begin(to *connection) ([]link.File, *client.Client, error) {
	files, err := c.files()
	if err != nil {
		return nil, nil, commandline.WithCode(exitUsage, err)
	}
	cloud, err := to.open()
	return files, cloud, err
}

type applyCommand struct {
	source
	where

	DryRun bool `help:"Change nothing: ask the site what it would make of it."`

	connection
}

// Run is called by the command line.
func (c *applyCommand) Run(ctx context.Context, s *surroundings) error {
	files, cloud, err := c.begin(&c.connection)
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
	files, cloud, err := c.begin(&c.connection)
	if err != nil {
		return err
	}
	defer cloud.Close()
	if c.Templates {
		var site api.Site
		if err := cloud.Get(ctx, "/api/v1/sites/"+url.PathEscape(c.Site), nil, &site); err != nil {
			return err
		}
		if files, err = desired.Fill(files, site.Site); err != nil {
			return err
		}
	}
	var g api.GenerationFiles
	if err := cloud.Get(ctx, "/api/v1/sites/"+url.PathEscape(c.Site)+"/desired", nil, &g); err != nil {
		return err
	}
	has, _ := link.Apart(g.Files) // the artefacts follow from the files
	return printDiff(s.out, has, files)
}
