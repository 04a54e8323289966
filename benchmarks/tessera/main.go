// SPDX-License-Identifier: EUPL-1.2

// Command tessera measures Tessera's POSIX driver on the disk of a folder, for benchmarks.proofs to show beside our own figures.
//
//	tessera FOLDER SECONDS BATCH...
//
// For each batch size: entries of 33 bytes are added and awaited until each has its index, which the driver gives once bundle and tree
// are on the disk; the signed checkpoint follows at its interval, never faster than every 100 ms. Then, as a node does: thousands of
// senders, batches and checkpoints of one second, each sender awaiting the checkpoint that covers its entry. One line of JSON.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const senders = 20_000

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	if len(words) < 3 {
		return fmt.Errorf("usage: tessera FOLDER SECONDS BATCH...")
	}
	seconds, err := strconv.ParseFloat(words[1], 64)
	if err != nil {
		return err
	}
	limit := time.Duration(seconds * float64(time.Second))
	appends := map[string]float64{}
	for _, word := range words[2:] {
		batch, err := strconv.Atoi(word)
		if err != nil {
			return err
		}
		rate, err := measureBatches(filepath.Join(words[0], "tessera-"+word), batch, limit)
		if err != nil {
			return err
		}
		appends[word] = rate
	}
	second, err := measureSeconds(filepath.Join(words[0], "tessera-second"), limit)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"appends": appends, "second": second})
}

func open(ctx context.Context, folder string, batch uint, age, interval time.Duration) (*tessera.Appender, func(context.Context) error, tessera.LogReader, error) {
	secret, _, err := note.GenerateKey(rand.Reader, "log.example.lu")
	if err != nil {
		return nil, nil, nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, nil, nil, err
	}
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	if err != nil {
		return nil, nil, nil, err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(batch, age).
		WithCheckpointInterval(interval).
		WithPushback(4 * senders)
	return tessera.NewAppender(ctx, driver, options)
}

func entry() *tessera.Entry {
	data := make([]byte, 33)
	if _, err := rand.Read(data); err != nil {
		panic(err)
	}
	return tessera.NewEntry(data)
}

func measureBatches(folder string, batch int, limit time.Duration) (float64, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	appender, shutdown, _, err := open(ctx, folder, uint(batch), time.Second, 100*time.Millisecond)
	if err != nil {
		return 0, err
	}
	began, done := time.Now(), 0
	for time.Since(began) < limit {
		futures := make([]tessera.IndexFuture, batch)
		for n := range futures {
			futures[n] = appender.Add(ctx, entry())
		}
		for _, future := range futures {
			if _, err := future(); err != nil {
				return 0, err
			}
		}
		done += batch
	}
	rate := float64(done) / time.Since(began).Seconds()
	return rate, shutdown(ctx)
}

func measureSeconds(folder string, limit time.Duration) (float64, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	appender, shutdown, reader, err := open(ctx, folder, senders, time.Second, time.Second)
	if err != nil {
		return 0, err
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)
	var done atomic.Int64
	var failed atomic.Value
	var all sync.WaitGroup
	began := time.Now()
	for range senders {
		all.Go(func() {
			for time.Since(began) < limit {
				if _, _, err := awaiter.Await(ctx, appender.Add(ctx, entry())); err != nil {
					failed.Store(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return 0, err
	}
	rate := float64(done.Load()) / time.Since(began).Seconds()
	return rate, shutdown(ctx)
}
