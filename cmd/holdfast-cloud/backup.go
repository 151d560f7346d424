package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/holdfast-edge/holdfast/cluster/backup"
)

// backupCommand keeps a whole cloud in one file. It runs where a member does, since the CA's keys leave by no API.
type backupCommand struct {
	Out string `short:"o" required:"" help:"The file to write; it is made, and only its owner may read it." placeholder:"FILE"`
	CA  string `name:"ca" help:"Directory of the CA; ca below --data if not given." placeholder:"DIR"`

	connection
}

// Help is the long form of the help.
func (*backupCommand) Help() string {
	return "The file holds the sites, what they shall run, tokens (hashed), commands, rollouts, the audit log, and the keys of the CA: " +
		"whoever has it can be your cloud, so keep it like a key. Sinks are in the files that --sinks names, and not in it."
}

// Run is called by the command line.
func (c *backupCommand) Run(ctx context.Context, s *surroundings) (err error) {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	answer, err := cloud.Open(ctx, http.MethodGet, "/api/v1/backup", nil, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(c.Out))
		}
	}()
	archive := tar.NewWriter(f)
	if err := backup.WriteCA(archive, or(c.CA, filepath.Join(c.Data, "ca"))); err != nil {
		return err
	}
	if err := backup.Copy(archive, answer.Body); err != nil {
		return err
	}
	if err := errors.Join(archive.Close(), f.Sync()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "The cloud is in %s, its keys too.\n", c.Out)
	return err
}

func or(given, standard string) string {
	if given != "" {
		return given
	}
	return standard
}

// restoreCommand makes a cloud of a backup, before its first member is started.
type restoreCommand struct {
	File string `arg:"" help:"The file that backup has written."`

	place
}

// Help is the long form of the help.
func (*restoreCommand) Help() string {
	return "Nothing may be there yet: restore into an empty --data (or an empty etcd and CA directory), and start the members afterwards. " +
		"Sites come back by themselves with the certificates that they had when the backup was made; " +
		"one that has renewed its certificate since then needs a new token."
}

// Run is called by the command line.
func (c *restoreCommand) Run(ctx context.Context, s *surroundings) (err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	blobs, err := c.blobs(ctx)
	if err != nil {
		return err
	}
	if err := backup.Read(ctx, f, store, blobs, or(c.CA, filepath.Join(c.Data, "ca"))); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, "The cloud is restored. Start its members.")
	return err
}
