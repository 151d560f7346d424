package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/store/archive"
	"github.com/holdfast-edge/holdfast/store/bolt"
)

// plain are the directories whose files are copied as they are: small ones that
// are written whole or not at all.
var plain = []string{"console", "uplink"}

// Backup writes an archive of what another box needs to take this one's place:
// the configurations, who may log in, the node's identity, the sessions of MQTT
// clients, and, where it is asked for, the history. The log is not in it: what
// it holds is on its way, and is this box's to deliver.
func (n *Node) Backup(ctx context.Context, w io.Writer, history bool) error {
	running, err := n.life.state.Running()
	if err != nil {
		return err
	}
	out, err := archive.NewWriter(w, archive.Manifest{
		Site: n.Site(), Version: n.means.Version, Made: time.Now().UTC(), Generation: running.Number,
	})
	if err != nil {
		return err
	}
	if err := n.life.state.Backup(below(out, "state")); err != nil {
		return err
	}
	for _, dir := range plain {
		if err := addFiles(out, n.means.Dir, dir); err != nil {
			return err
		}
	}
	if err := n.backupSessions(out); err != nil {
		return err
	}
	if history {
		if err := n.history.Backup(ctx, below(out, "history")); err != nil {
			return err
		}
	}
	return out.Close()
}

// below adds files under a directory of the archive.
func below(out *archive.Writer, dir string) func(string, int64, io.Reader) error {
	return func(name string, size int64, content io.Reader) error {
		return out.Add(path.Join(dir, name), size, content)
	}
}

// addFiles adds what lies in a directory of the node, if there is one.
func addFiles(out *archive.Writer, root, dir string) error {
	return filepath.WalkDir(filepath.Join(root, dir), func(at string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		f, err := os.Open(at)
		if err != nil {
			return err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return err
		}
		return out.Add(filepath.ToSlash(name), info.Size(), f)
	})
}

// sessionsFile is where the node's own broker keeps the sessions of its clients,
// below the node's directory.
const sessionsFile = "broker/sessions"

// backupSessions adds the sessions, if the broker keeps any.
func (n *Node) backupSessions(out *archive.Writer) error {
	b := n.door.Broker()
	if b == nil || b.Database() == nil {
		return nil
	}
	err := bolt.Snapshot(b.Database(), func(size int64, content io.Reader) error { return out.Add(sessionsFile, size, content) })
	if err != nil {
		return fmt.Errorf("back up the sessions of the broker: %w", err)
	}
	return nil
}
