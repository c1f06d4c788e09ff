library(metaflow)

start <- function(self) {
  self$df <- read.csv("movies.csv", stringsAsFactors = FALSE)
  self$genres <- levels(factor(unlist(strsplit(self$df$genres, "\\|"))))
}

compute_stats <- function(self) {
  self$genre <- self$input
  own <- self$df[grepl(self$genre, self$df$genres, fixed = TRUE), ]
  self$median <- median(own$gross)
  self$mean <- mean(own$gross)
}

gather <- function(self, inputs) {
  self$stats <- data.frame(
    genre = unlist(lapply(inputs, function(inp) inp$genre)),
    median = unlist(gather_inputs(inputs, "median")),
    mean = unlist(lapply(inputs, function(inp) {
      inp$mean
    }))
  )
  print(self$stats)
}

flow <- metaflow("MovieStatsFlow") |>
  step(step = "start", r_function = start, foreach = "genres", next_step = "compute_stats") |>
  step(step = "compute_stats", r_function = "compute_stats", next_step = "gather") |>
  step(step = "gather", r_function = gather, join = TRUE, next_step = "end") |>
  step(step = "end", r_function = function(self) message("done"))
flow |> run()
