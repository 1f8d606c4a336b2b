# lad_ext. `make help` lists the targets. This file parses with nothing but git and make: the PGXS
# part below is read only where a PostgreSQL server's development files are already installed.

.DEFAULT_GOAL := all
srcdir := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
ifdef VPATH
srcdir := $(VPATH)
endif

# Parts of the extension script, in the order CREATE EXTENSION runs them.
SQL_PARTS := \
	sql/lad/00_roles.sql \
	sql/lad/10_tenancy.sql \
	sql/lad/15_access.sql \
	sql/lad/20_search.sql \
	sql/lad/25_pricing.sql \
	sql/lad/30_wallet.sql \
	sql/lad/40_ledger.sql \
	sql/lad/41_ledger_operations.sql \
	sql/lad/42_holds.sql \
	sql/lad/43_grants.sql \
	sql/lad/44_topups.sql \
	sql/lad/43_archive.sql \
	sql/lad/45_ledger_stats.sql \
	sql/lad/46_ledger_usage.sql \
	sql/lad/46_openings.sql \
	sql/lad/50_usage.sql \
	sql/lad/51_usage_lifecycle.sql \
	sql/lad/52_quotas.sql \
	sql/lad/55_invoices.sql \
	sql/lad/56_analytics.sql \
	sql/lad/60_calls.sql \
	sql/lad/62_assistant.sql \
	sql/lad/65_leads.sql \
	sql/lad/68_keyword.sql \
	sql/lad/70_records.sql \
	sql/lad/80_catalog.sql \
	sql/lad/82_legacy.sql \
	sql/lad/85_protect.sql

PG_CONFIG ?= pg_config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

TOOLS := $(srcdir)/tools
BASH := bash

# ---- the extension (PGXS) ------------------------------------------------------------------------
EXTENSION = lad_ext
MODULE_big = lad_ext
SOURCES := $(sort $(wildcard $(srcdir)/src/*/*.cpp) $(wildcard $(srcdir)/src/module.cpp))
OBJS := $(patsubst $(srcdir)/%.cpp,%.o,$(SOURCES))
DATA = $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/sql/upgrades/lad_ext--*--*.sql))
DATA_built = lad_ext--1.0.sql
GENERATED := build/generated/schema_files.inc build/generated/vocabulary.inc

# -isystem wins over PGXS's own -I for the same directory: the server's headers stay free of -Wextra.
PG_CPPFLAGS := -I$(srcdir)/src -Ibuild/generated -isystem $(shell $(PG_CONFIG) --includedir-server 2>/dev/null) \
	-MMD -MP
PG_CXXFLAGS = -std=c++20 -O2 -Wall -Wextra -fvisibility=hidden $(LAD_CXXFLAGS)
SHLIB_LINK = -lcrypto -lstdc++ $(LAD_SHLIB_LINK)
# PGXS would compile C++ to bitcode with clang and without PG_CXXFLAGS.
override with_llvm := no

# The test `install` creates the extension that the other regression tests use.
SQL_TESTS := $(sort $(basename $(notdir $(wildcard $(srcdir)/test/sql/*.sql))))
REGRESS = $(filter install,$(SQL_TESTS)) $(filter-out install,$(SQL_TESTS))
REGRESS_OPTS = --inputdir=$(srcdir)/test

# PGXS has a `check` of its own, which only says that it does not exist.
ifneq (check,$(filter check,$(MAKECMDGOALS)))
ifneq (,$(PGXS))
include $(PGXS)
-include $(OBJS:.o=.d)

$(OBJS): $(srcdir)/Makefile | $(GENERATED)
$(shell mkdir -p build $(dir $(OBJS)))
else
all install installcheck uninstall:
	@echo "No PGXS found through PG_CONFIG=$(PG_CONFIG): run 'make setup' or install postgresql-server-dev-15." >&2; exit 1
endif
else
check: ## set up, build, run every test
	@$(BASH) $(TOOLS)/check.sh

all install installcheck uninstall clean:
	@$(MAKE) $@
endif

lad_ext--1.0.sql: $(addprefix $(srcdir)/,$(SQL_PARTS)) $(srcdir)/Makefile
	{ printf '%s\n' '\echo Use "CREATE EXTENSION lad_ext" to load this file. \quit'; \
	  cat /dev/null $(addprefix $(srcdir)/,$(SQL_PARTS)); } > $@.tmp && mv $@.tmp $@

# Written only when the text changes, so that nothing recompiles for nothing.
build/generated/schema_files.inc: FORCE
	@bash $(srcdir)/tools/embed_schema.sh $(srcdir)/sql/schema $@

build/generated/vocabulary.inc: FORCE
	@bash $(srcdir)/tools/embed_vocabulary.sh $(srcdir)/lexicon/b2b.tsv $@ $(sort $(wildcard $(srcdir)/src/keyword/*.[ch]pp))

FORCE:

# ---- contributor's targets ----------------------------------------------------------------------
help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(srcdir)/Makefile | sed 's/|/                    /' | sed 's/^\(.\{24\}\) */\1/'
	@echo '  make all                build lad_ext.so and the extension script (default)'
	@echo '  make install            install into the PostgreSQL of PG_CONFIG'
	@echo '  make installcheck       regression tests against your own running server'
	@echo '  make clean              remove what was built, and the private server tree'

setup: ## install the Debian packages that build and tests need
	@$(BASH) $(TOOLS)/setup.sh

check-long: ## the same tests at long sizes
	@LAD_LONG=1 $(BASH) $(TOOLS)/check.sh

check-%: FORCE
	@$(BASH) $(TOOLS)/check.sh $*

lint: ## check the rules of the house
	@$(BASH) $(TOOLS)/lint.sh

format: ## format the C++ sources in place
	@git -C $(srcdir) ls-files '*.cpp' '*.hpp' | (cd $(srcdir) && xargs -r clang-format -i)

docs: ## rewrite the generated tables of the README
	@$(BASH) $(TOOLS)/docs.sh

demo: ## set up, build, bill a month of calls of three tenants
	@$(BASH) $(TOOLS)/demo.sh

bench: ## ratios against baselines, on a durable cluster
	@$(BASH) $(TOOLS)/bench.sh

bench-keywords: ## quality of the keyword engine on LAD_LEXICON (or ../shared/lexicon), and its speed
	@$(BASH) $(TOOLS)/bench_keywords.sh

psql: ## open a shell in the demo's database
	@$(BASH) $(TOOLS)/psql.sh

new: ## write the skeletons of a new capability: make new CAP=name
	@$(BASH) $(TOOLS)/new.sh $(CAP) $(N)

list-regress:
	@echo $(REGRESS)

dist: ## archive of the committed tree, for PGXN
	@mkdir -p build
	git archive --format=zip --prefix=lad_ext-1.0.0/ -o build/lad_ext-1.0.0.zip HEAD

clean: clean-build

# The private server tree may lie outside the checkout: build/server is then a link to it.
clean-build:
	@if [ -e build/server ]; then $(BASH) $(TOOLS)/cluster.sh stop-all; rm -rf "$$(readlink -f build/server)"; fi
	@rm -rf build
	@find src -name '*.d' -delete 2>/dev/null || true

.PHONY: all install installcheck uninstall clean clean-build help setup check check-long lint format \
	docs demo bench bench-keywords psql new list-regress dist FORCE
