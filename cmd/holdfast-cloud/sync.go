package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// syncCommand has sites run what a directory says.
type syncCommand struct {
	Dir    string `short:"f" name:"file" required:"" type:"existingdir" help:"The directory." placeholder:"DIR"`
	DryRun bool   `help:"Change nothing: ask each site what it would make of it."`

	connection
}

// Run is called by the command line. One site's trouble is no other's.
func (c *syncCommand) Run(ctx context.Context, s *surroundings) error {
	entries, err := os.ReadDir(filepath.Join(c.Dir, "sites"))
	if err != nil {
		return commandline.WithCode(exitUsage, fmt.Errorf("read the directory: want sites/NAME/ in it: %w", err))
	}
	common, err := filesOf(filepath.Join(c.Dir, "common"))
	if err != nil {
		return commandline.WithCode(exitUsage, err)
	}
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var errs []error
	for _, entry := range entries {
		site := entry.Name()
		if !entry.IsDir() || site[0] == '.' {
			continue
		}
		own, err := filesOf(filepath.Join(c.Dir, "sites", site))
		in := api.Configuration{Files: over(common, own), Templates: true, DryRun: c.DryRun}
		var a api.Applied
		if err == nil {
			err = cloud.Send(ctx, http.MethodPut, "/api/v1/sites/"+url.PathEscape(site)+"/desired", in, &a)
		}
		if err == nil {
			err = (&applyCommand{DryRun: c.DryRun, connection: c.connection}).print(s, a)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", site, err))
		}
	}
	return errors.Join(errs...)
}

// filesOf are the files of a directory that may be missing or empty.
func filesOf(dir string) ([]link.File, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return (&source{File: dir}).files()
}

// over is files, those of the same name taken from others.
func over(files, others []link.File) []link.File {
	merged := slices.Clone(others)
	for _, f := range files {
		if !slices.ContainsFunc(others, func(o link.File) bool { return o.Name == f.Name }) {
			merged = append(merged, f)
		}
	}
	return merged
}
