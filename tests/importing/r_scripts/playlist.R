# Picks movies of a genre, and one more that is not of it.
library(metaflow)

# Words of a cell of genres.
genres_of <- function(text) {
	strsplit(text, "\\|")[[1]]
}

# Read the movies.
start <- function(self) {
	self$df <- read.csv("movies.csv", stringsAsFactors = FALSE)
}

# Filter by genre.
pick_movies <- function(self) {
	picked <- subset(self$df, grepl(self$genre, genres, fixed = TRUE))
	picked <- picked[order(-picked$gross), ]
	self$movies <- head(picked$title, self$recommendations)
}

bonus_movie <- function(self) {
	others <- self$df[!sapply(self$df$genres, function(one) self$genre %in% genres_of(one)), ]
	self$bonus <- others[which.max(others$gross), "title"]
}

join <- function(self, inputs) {
	self$playlist <- c(inputs$pick_movies$movies, inputs$bonus_movie$bonus)
	if (length(self$playlist) < 2) return(invisible(NULL))
	message("more than one")
}

end <- function(self) {
	for (i in seq_along(self$playlist)) cat(sprintf("Pick %d: %s\n", i, self$playlist[[i]]))
}

metaflow("PlayListFlow") %>%
	parameter("genre", help = "genre of the movies", default = "Sci-Fi") %>%
	parameter("recommendations", help = "how many", default = 2L) %>%
	step(step = "start", r_function = start, next_step = c("pick_movies", "bonus_movie")) %>%
	step(retry(times = 2), step = "pick_movies", r_function = pick_movies, next_step = "join") %>%
	step(step = "bonus_movie", r_function = bonus_movie, next_step = "join") %>%
	step(step = "join", r_function = join, join = TRUE, next_step = "end") %>%
	step(step = "end", r_function = end) %>%
	run()
