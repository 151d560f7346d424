package api

import (
	"archive/tar"
	"net/http"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/backup"
)

// backup sends what is in the store and in the blob store, as a tar archive. The CA's keys leave their machine by no API.
func (s *Server) backup(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	err := s.may(ctx, access.Admin, "", "back up")
	if err == nil {
		err = s.done(ctx, "back up", "", "", nil)
	}
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/x-tar")
	archive := tar.NewWriter(w)
	err = backup.Write(ctx, archive, s.o.Store, s.o.Blobs)
	if err == nil {
		err = archive.Close()
	}
	if err != nil { // the archive is not whole, which whoever reads it sees
		s.o.Logger.Error("a backup was not made", "error", err)
	}
}
