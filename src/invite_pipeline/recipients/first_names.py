"""Frequent first names in Germany, to tell "Frau Anna und Herrn Peter Schmidt" from "Frau Alt und Herrn Peter Berg".

They never decide whether somebody is greeted as a woman or a man: only whether a word is a first name at all.
"""

from __future__ import annotations

_NAMES = """
Adam Adelheid Adnan Adrian Agata Agnes Agnieszka Ahmed Ahmet Aisha Alain Albert Albrecht Alena Alessandro Alex
Alexander Alexandra Alexej Alfons Alfred Ali Alice Alina Almut Alois Aloys Amalia Amelie Amir Ana Anastasia Andrea
Andreas Andrej Andrzej André Angela Angelika Angelina Anita Anja Anke Anna Annabell Annalena Anne Annegret Annelie
Anneliese Annemarie Annett Annette Anni Annika Ansgar Antje Anton Antonia Antonio Antonius Armin Arndt Arne Arno
Arnold Arnulf Arthur Artur Astrid Athanasios August Auguste Axel Ayla Aylin Ayse Aysel Ayşe Barbara Barbro Bart
Bastian Beate Beatrice Beatrix Ben Benedikt Benjamin Benno Bernadette Bernard Bernd Bernhard Bert Berta Berthold
Bertram Bettina Bianca Birgit Birgitta Birte Björn Bodo Bogdan Boris Brigitte Britta Brunhilde Bruno Burkhard
Burkhardt Carina Carl Carla Carlo Carlos Carmen Carola Carolin Carolina Caroline Carsten Catharina Catherine Cathrin
Cem Cemal Chantal Charlotte Chris Christa Christel Christian Christiane Christina Christine Christof Christoph
Christopher Cindy Claire Clara Claude Claudia Claus Clemens Conny Constanze Corinna Cornelia Cornelius Cosima Cynthia
Dagmar Daniel Daniela Daniele Danuta Dario David Deborah Denis Denise Dennis Detlef Detlev Diana Dieter Dietlind
Dietmar Dietrich Dimitrios Dirk Dolores Dominic Dominik Dominique Doreen Doris Dorit Dorota Dorothea Dorothee Dörte
Eberhard Eckart Eckhard Edda Edelgard Edeltraud Edgar Edith Eduard Edwin Egon Eike Elena Eleonore Elfriede Elias Elif
Elisa Elisabeth Elise Elizabeth Elke Ella Ellen Elli Elmar Elsa Else Elvira Emil Emilia Emilie Emine Emma Emre Enno
Enrico Eric Erica Erich Erik Erika Erna Ernst Erwin Esther Eugen Eva Evelin Evelyn Ewa Ewald Fabian Fabienne Fatima
Fatma Felicitas Felix Ferdinand Filip Florence Florian Frank Franz Franziska François Françoise Frauke Fred Frederic
Frederik Frida Frieda Friedemann Friederike Friedhelm Friedrich Fritz Fynn Gabi Gabriel Gabriela Gabriele Gabriella
Georg George Georgios Gerald Gerd Gerda Gerfried Gerhard Gerhild Gerlinde Gernot Gero Gerold Gert Gertraud Gertrud
Gesa Gesine Giovanna Giovanni Gisela Giulia Giuseppe Gottfried Gregor Greta Grete Gudrun Guido Gundula Gunnar Gunter
Gunther Gustav Götz Günter Günther Hakan Halina Hanna Hannah Hannelore Hannes Hans Harald Hardy Harry Hartmut Hartwig
Hasan Hatice Hedwig Heide Heidemarie Heidi Heidrun Heike Heiko Heiner Heinrich Heinz Helena Helene Helga Helge Hella
Helmut Helmuth Hendrik Henning Henri Henriette Henrik Henry Herbert Heribert Hermann Herta Hilda Hilde Hildegard
Hilmar Hinrich Holger Horst Hubert Hubertus Hugo Hülya Hüseyin Ibrahim Ida Ilka Ilona Ilse Imke Ina Ines Inga Inge
Ingeborg Ingo Ingrid Inka Ioannis Irene Irina Iris Irmgard Irmtraud Isabel Isabell Isabella Isabelle Isolde Ivan Ivana
Ivo Jacek Jacqueline Jakob James Jan Jana Janina Janine Jannik Jannis Janusz Jasmin Jean Jeanette Jeannette Jennifer
Jens Jerzy Jessica Jo Joachim Joana Joanna Jochen Johann Johanna Johannes John Jonas Jonathan Josef Josefine Joseph
José Juan Judith Julia Julian Juliana Juliane Julie Jutta Jörg Jörn Jürgen Kai Karen Karim Karin Karina Karl Karla
Karolin Karolina Karoline Karsten Katarina Katarzyna Katharina Kathleen Kathrin Kathy Kati Katja Katrin Kay Kerstin
Kevin Kim Kirsten Klara Klaudia Klaus Klemens Knut Konrad Konstantin Konstantinos Kornelia Kristian Kristin Kristina
Krzysztof Kurt Käte Käthe Lara Lars Laura Laurent Lea Leif Lena Leni Leon Leonard Leonhard Leonie Leopold Levin Liane
Lidia Liesel Lilli Lily Lina Linda Lisa Liselotte Lorenz Lothar Louis Louisa Louise Luc Luca Lucas Lucia Lucie Ludger
Ludwig Luis Luisa Luise Lukas Lukasz Lutz Lydia Maciej Madeleine Magdalena Magnus Maik Maike Maja Malgorzata Malte
Mandy Manfred Manuel Manuela Marc Marcel Marcin Marco Marcus Marek Maren Margareta Margarete Margaretha Margit Margot
Margret Maria Marian Marianne Marie Mariella Marika Marina Mario Marion Marius Mariusz Mark Marko Markus Marlene
Marlies Marta Martha Martin Martina Mary Mathias Mathilde Mats Matthias Max Maxi Maximilian Małgorzata Mechthild
Mehmet Meike Melanie Melissa Meral Merle Meryem Mia Michael Michaela Michail Michal Michel Michele Michelle Miguel
Mike Milan Milena Mira Mirco Mirella Miriam Mirjam Mirko Mohamed Mohammad Mohammed Mona Monica Monika Monique Moritz
Muhammed Murat Mustafa Nadia Nadine Nadja Nancy Natalia Natalie Nathalie Nicola Nicolas Nicole Niklas Niko Nikola
Nikolaos Nikolas Nikolaus Nils Nina Nora Norbert Norman Nuray Odette Olaf Ole Oleg Olga Oliver Olivia Omar Orhan Oskar
Osman Oswald Otmar Ottilie Ottmar Otto Pascal Patricia Patrick Paul Paula Pauline Pavel Pedro Peer Peggy Per Petar
Peter Petra Philip Philipp Philippe Pia Pierre Piotr Rabea Rafael Rafał Rahel Raimund Rainer Ralf Ralph Ramona Raphael
Raphaela Rasmus Rebecca Rebekka Regina Regine Reimund Reiner Reinhard Reinhold Rena Renate Rene René Renée Resi
Ricarda Riccardo Richard Rita Robert Roberto Robin Roger Roland Rolf Roman Romy Ron Ronald Ronny Rosa Rosalinde
Rosemarie Rosi Roswitha Ruben Rudi Rudolf Rupert Ruth Rüdiger Sabine Sabrina Said Saliha Samira Samuel Sandra Sandro
Sara Sarah Sascha Sebastian Selim Selina Selma Semra Sepp Serap Serena Sergej Sevgi Sibel Sibylle Siegbert Siegfried
Sieglinde Siegmund Sigmar Sigrid Sigrun Silke Silvia Silvio Simon Simona Simone Sina Sofia Sofie Sonja Sophia Sophie
Stanislaw Stefan Stefanie Steffen Steffi Stella Stephan Stephanie Susan Susann Susanna Susanne Suse Sven Svenja
Svetlana Swantje Sybille Sylke Sylvia Sylwia Sönke Sören Søren Tamara Tania Tanja Tarek Tatjana Teresa Thea Theo
Theodor Theresa Therese Theresia Thilo Thomas Thorben Thorsten Till Tilman Tilmann Tim Timm Timo Tina Tobias Tom Tomas
Tomasz Torben Torsten Traute Trude Tülay Udo Ulf Uli Ulla Ulrich Ulrike Urs Ursel Ursula Uschi Uta Ute Uwe Valentin
Valentina Valeria Vanessa Vera Verena Veronika Veronique Victor Victoria Viktor Viktoria Vincent Viola Vito Vittorio
Viviane Volker Volkmar Walburga Waldemar Walter Walther Waltraud Wanda Wendelin Wenzel Werner Wiebke Wieland Wilfried
Wilhelm Wilhelmine Willi Willibald Willy Winfried Wladimir Wojciech Wolf Wolfgang Wolfhard Wolfram Xaver Yannick
Yasemin Yasin Yasmin Yusuf Yves Yvonne Zbigniew Zeynep Zoe Zofia Zoë Ömer Özlem Łukasz
"""
_KNOWN = frozenset(name.casefold() for name in _NAMES.split())


def is_first_name(word: str) -> bool:
    """Whether a word is a frequent first name, also "Hans-Peter" and an initial such as "K."."""
    return (len(word) == 2 and word[0].isupper() and word[1] == ".") or word.casefold().split("-")[0] in _KNOWN
