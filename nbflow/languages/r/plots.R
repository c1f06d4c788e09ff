# Draws plots into files, one for each page, and tells Python where a page begins and when its file is complete.
# The options are those of the R kernel of Jupyter: repr.plot.width, .height, .res, and jupyter.plot_mimetypes.

pages <- new.env()
pages$device <- 0L # counts the devices that were opened here
pages$number <- 0L # of the device that is open now; 0 for none
pages$begun <- 0L
pages$shown <- character()

page_file <- function(device, page) sprintf("page-%d-%03d", device, page)

open_page <- function(...) {
  show_pages()
  pages$device <- pages$device + 1L
  pages$begun <- 0L
  width <- getOption("repr.plot.width", 7)
  height <- getOption("repr.plot.height", 5)
  pattern <- file.path(folder, sprintf("page-%d-%%03d", pages$device))
  if ("image/svg+xml" %in% getOption("jupyter.plot_mimetypes") || !capabilities("cairo")) {
    grDevices::svg(pattern, width = width, height = height)
  } else {
    grDevices::png(pattern, width, height, units = "in", res = getOption("repr.plot.res", 100), type = "cairo")
  }
  pages$number <- grDevices::dev.cur()
}

is_ours <- function() pages$number > 1L && grDevices::dev.cur() == pages$number

# Tells that a page begins. The first plot opens the device, so the hook comes before it is ours.
begin_page <- function() {
  if (grDevices::dev.cur() == 1L) grDevices::dev.new()
  if (!is_ours()) return()
  pages$begun <- pages$begun + 1L
  mark("B", page_file(pages$device, pages$begun))
}

show_pages <- function() {
  done <- setdiff(list.files(folder, "^page-"), pages$shown)
  if (is_open()) done <- setdiff(done, page_file(pages$device, pages$begun))
  for (name in done) mark("P", name)
  pages$shown <- c(pages$shown, done)
}

is_open <- function() pages$number %in% grDevices::dev.list()

close_pages <- function() {
  for (number in grDevices::dev.list()) grDevices::dev.off(number)
  show_pages()
}

setHook("before.plot.new", function(...) if (graphics::par("page")) begin_page())
setHook("before.grid.newpage", function(...) begin_page())
